# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which API server to talk to, and as whom."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of the kubeconfig to use, or its content as a dictionary.
      - Several paths can be joined with V(:); what comes first wins.
      - Credential plugins (C(exec)) are run again when the API server no longer takes what they gave.
      - Without any connection option, a pod's own service account is used where there is one,
        else E(KUBECONFIG), else C(~/.kube/config).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_KUBECONFIG) will be
        used instead.
    type: raw
  context:
    description:
      - Name of the kubeconfig's context to use instead of its current one.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_CONTEXT) will be used
        instead.
    type: str
  host:
    description:
      - URL of the API server, for example V(https://10.0.0.1:6443).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_HOST) will be used
        instead.
    type: str
  api_key:
    description:
      - Bearer token to authenticate with.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_API_KEY) will be used
        instead.
    type: str
  username:
    description:
      - User name for HTTP basic authentication, together with O(password). Kubernetes itself no longer offers it;
        proxies in front of an API server may.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_USERNAME) will be
        used instead.
    type: str
  password:
    description:
      - Password for HTTP basic authentication, together with O(username).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_PASSWORD) will be
        used instead.
    type: str
  client_cert:
    description:
      - Path of the certificate to authenticate with, together with O(client_key).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_CLIENT_CERT)
        or E(K8S_AUTH_CERT_FILE) will be used instead.
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - Path of the private key of O(client_cert).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_CLIENT_KEY)
        or E(K8S_AUTH_KEY_FILE) will be used instead.
    type: path
    aliases: [key_file]
  ca_cert:
    description:
      - Path of the CA certificates that the API server's own certificate is checked with.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_CA_CERT)
        or E(K8S_AUTH_SSL_CA_CERT) will be used instead.
    type: path
    aliases: [ssl_ca_cert]
  validate_certs:
    description:
      - Whether to check the API server's certificate. V(false) lets anybody between you and the server read and
        change everything, so there is a warning.
      - Without it, the kubeconfig decides, and without that it is checked.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_VALIDATE_CERTS)
        or E(K8S_AUTH_VERIFY_SSL) will be used instead.
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - URL of the HTTP proxy to go through, V(http://user:password@host:3128) where it asks who comes.
        SOCKS proxies need the Python package C(PySocks).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_PROXY) will be used
        instead.
    type: str
  no_proxy:
    description:
      - Comma-separated hosts, domains, addresses and networks that are reached without O(proxy),
        for example V(localhost,.example.com,10.0.0.0/8).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_NO_PROXY) will be
        used instead.
    type: str
  proxy_headers:
    description:
      - Headers for the proxy.
    type: dict
    suboptions:
      proxy_basic_auth:
        description:
          - User name and password for the proxy, as V(user:password).
          - If the value is not specified in the task, the value of environment variable
            E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH) will be used instead.
        type: str
      basic_auth:
        description:
          - User name and password of an C(Authorization) header for the proxy, as V(user:password).
          - If the value is not specified in the task, the value of environment variable
            E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH) will be used instead.
        type: str
      user_agent:
        description:
          - The C(User-Agent) that the proxy sees.
          - If the value is not specified in the task, the value of environment variable
            E(K8S_AUTH_PROXY_HEADERS_USER_AGENT) will be used instead.
        type: str
  persist_config:
    description:
      - Whether a token that had to be renewed while loading the kubeconfig (OIDC) is written back to it.
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_PERSIST_CONFIG) will
        be used instead.
    type: bool
  impersonate_user:
    description:
      - User to act as, in place of the one that the kubeconfig names with C(as); the credentials' own user needs the
        verb C(impersonate).
      - If the value is not specified in the task, the value of environment variable E(K8S_AUTH_IMPERSONATE_USER)
        will be used instead.
    type: str
  impersonate_groups:
    description:
      - Groups to act as a member of, together with O(impersonate_user).
      - If the value is not specified in the task, the value of environment variable
        E(K8S_AUTH_IMPERSONATE_GROUPS) (comma-separated) will be used instead.
    type: list
    elements: str
requirements:
  - python >= 3.10
  - kubernetes >= 29, != 36.0.0, != 36.0.1
notes:
  - The connection options and the environment variables E(K8S_AUTH_HOST) and so on are those of the
    C(kubernetes.core) collection;
    a credential that works there works here.
  - The rights that each module needs, and a Role that grants them, are in C(docs/permissions.md) of the collection.
  - Set them once for all modules of this collection with C(module_defaults) and the group
    C(group/steady.rollout.workload).
"""
