#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: account_kubeconfig
short_description: Write a kubeconfig with a short-lived token of a ServiceAccount
version_added: 0.1.0
description:
  - Asks the API server for a token of the account (TokenRequest) and writes a kubeconfig with it that only its owner can read. The token
    is in no result, diff or log, and ends with its time or with the account.
  - Address, CA and proxy are those of this module's own connection; a proxy's user and password are left out.
  - A kubeconfig that still does is left alone. It is renewed when little of its token's life is left, when the account was made anew, when
    the API server's address or CA has changed, when its token lives longer than O(expires_in) allows, and when others may read the file.
options:
  namespace:
    description: The namespace of the ServiceAccount, and the one that the kubeconfig's context names.
    type: str
    required: true
  name:
    description: The name of the ServiceAccount.
    type: str
    required: true
  path:
    description:
      - Where the kubeconfig goes. Folders that are missing are made, for their owner only.
      - A file that is no kubeconfig of this account is refused.
    type: path
    required: true
  expires_in:
    description:
      - How long the token lives, written as V(8h), at least V(10m). The API server may give less time, see RV(expires).
    type: str
    default: 8h
  renew_before:
    description: With how much of its life left a token is renewed, such as V(1h). Without it a third of O(expires_in).
    type: str
attributes:
  check_mode:
    support: full
    details:
      - Asks for no token. An account that is not there yet is taken for one that is about to be made.
  diff_mode:
    support: full
    details:
      - Shows until when the token lives, never the token.
  idempotent:
    support: full
    details:
      - Until little of the token's life is left.
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
notes:
  - Needs the rights to get C(serviceaccounts) and to create C(serviceaccounts/token).
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Let the pipeline in for an hour
  steady.rollout.account_kubeconfig:
    namespace: shop
    name: upgrade
    path: ~/.kube/shop-upgrade
    expires_in: 1h
"""

RETURN = r"""
msg:
  description: What came of it.
  returned: always
  type: str
  sample: Kubeconfig /home/ada/.kube/shop-upgrade of ServiceAccount shop/upgrade still does, its token lives until 2026-11-23 18:02:31 UTC.
path:
  description: Where it is.
  returned: success
  type: str
  sample: /home/ada/.kube/shop-upgrade
expires:
  description: When its token ends, in UTC. Empty in check mode where there would be a new one.
  returned: success
  type: str
  sample: "2026-11-23T18:02:31Z"
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import kubeconfig_file, workload

ARGUMENTS: dict[str, t.Any] = {
    "namespace": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "expires_in": {"type": "str", "default": "8h"},
    "renew_before": {"type": "str"},
}


def main() -> None:
    """Run the module."""
    workload.run(ARGUMENTS, kubeconfig_file.made)


if __name__ == "__main__":
    main()
