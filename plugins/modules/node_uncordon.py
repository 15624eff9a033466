#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: node_uncordon
short_description: Wait until a Kubernetes node is back, let pods onto it again, and wait until its workloads are good again
version_added: 0.1.0
description:
  - The node is back when its kubelet has told of itself since this began (of another boot, where O(former_boot_id) is given), its condition
    C(Ready) is C(True), and its own pods (those of DaemonSets and mirror pods) are ready that were so before.
  - Then it is uncordoned, and the workloads that had pods on it before M(steady.rollout.node_drain) are waited for until they are complete.
    They are waited for only then, as pods without room elsewhere come back no sooner.
  - A node that does not come back stays cordoned, and so does one that somebody else had cordoned before; the result says so.
options:
  name:
    description: The node's name.
    type: str
    required: true
  former_boot_id:
    description: The boot ID that the node had before it was told to boot; it has to have another one. Empty when it does not boot.
    type: str
    default: ''
  timeout:
    description: How long to wait for the node, and then for its workloads, as in V(90s), V(5m) or V(1h).
    type: str
    default: 5m
attributes:
  check_mode:
    support: full
    details:
      - The change is sent as a dry run; nothing is waited for.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
  - steady.rollout.attributes.actiongroup_node
seealso:
  - module: steady.rollout.node_drain
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Boot the node
  ansible.builtin.reboot:

- name: See it back in service
  steady.rollout.node_uncordon:
    name: worker-1
    former_boot_id: "{{ drained.former_boot_id }}"
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description: What came of it; for a failure the whole report (asked, happened, cause with evidence, what was done about it, what is next).
  returned: always
  type: str
  sample: "Node worker-1: it takes pods again."
boot_id:
  description: The boot that the node is in; empty when it did not come back.
  returned: success
  type: str
  sample: e1371251-a24e-4e24-8545-f5723c0c0a27
results:
  description: The result of each workload that was waited for, as M(steady.rollout.workload_wait) returns it.
  returned: success
  type: list
  elements: dict
  sample: []
seconds:
  description: How long it took, in seconds.
  returned: when anything was done
  type: float
  sample: 12.4
timeline:
  description: What happened when.
  returned: when anything was done
  type: list
  elements: dict
  contains:
    at:
      description: Date and time in UTC.
      type: str
      returned: always
    seconds:
      description: Seconds since the beginning.
      type: float
      returned: always
    text:
      description: What happened.
      type: str
      returned: always
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import node, workload
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports, SharingCluster
from ansible_collections.steady.rollout.plugins.module_utils._operation.uncordon import uncordon

ARGUMENTS: dict[str, t.Any] = {**node.ARGUMENTS, "former_boot_id": {"type": "str", "default": ""}}


def operate(ports: Ports, params: dict[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """See the node back that the options name."""
    cluster: SharingCluster = t.cast("t.Any", ports.cluster)
    return node.uncordoned(uncordon(ports, cluster, node.name_of(params), params["former_boot_id"].strip(), settings))


def main() -> None:
    """Run the module."""
    workload.run(ARGUMENTS, operate)


if __name__ == "__main__":
    main()
