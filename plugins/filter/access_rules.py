# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Jobs to the rules of an account that does them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: access_rules
short_description: The RBAC rules that a job with workload modules needs
version_added: 0.1.0
description:
  - Rules for a Role, and where a job needs one for a ClusterRole, that allow the job and nothing else. They are the rights of
    C(docs/permissions.md). The role C(access) makes accounts of them.
positional: _input
options:
  _input:
    description:
      - The jobs, any of V(read), V(deploy), V(upgrade), V(rollback), V(scale), V(restart) and V(pause). Each may read as well.
    type: list
    elements: str
    required: true
  uses:
    description:
      - What the jobs use beside that takes rights of its own.
      - Options V(config), V(secrets), V(pin_digests) and V(ignore_unready_nodes), gates V(endpoints_ready) and V(job).
      - Strategies V(canary) and V(blue_green), roles V(image_deployment) and V(scaling).
    type: list
    elements: str
    default: []
  kinds:
    description: Kinds of the workloads.
    type: list
    elements: str
    default: [Deployment]
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: A Role for upgrades with canaries
  kubernetes.core.k8s:
    definition:
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: upgrader, namespace: shop}
      rules: "{{ (['upgrade'] | steady.rollout.access_rules(uses=['canary'])).namespace }}"
"""

RETURN = r"""
_value:
  description: "RBAC rules: C(namespace) for a Role beside the workload, C(cluster) for a ClusterRole, empty where none is needed."
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs as jobs_
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def access_rules(
    jobs: t.Sequence[str], uses: t.Sequence[str] = (), kinds: t.Sequence[str] = ("Deployment",)
) -> dict[str, t.Any]:
    """The rules in the namespace and in the whole cluster."""
    try:
        namespace, cluster = jobs_.rules(jobs, uses, kinds)
    except errors.InvalidInput as reason:
        raise AnsibleFilterError(f"access_rules: {reason}") from None
    return {"namespace": namespace, "cluster": cluster}


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Any]:
        """Name to function."""
        return {"access_rules": access_rules}
