#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: node_drain
short_description: Let no new pod onto a Kubernetes node and evict those that are there, as fast as their disruption budgets allow
version_added: 0.1.0
description:
  - Cordons the node, then asks for the eviction of its pods and waits until all are gone. Pods of DaemonSets and the kubelet's own (mirror
    pods) stay.
  - An eviction that a PodDisruptionBudget does not allow is asked for again as soon as the budget changes. Which one it is, and which
    pods it waits for, is told at once and in the failure.
  - What was there before is noted on the node (annotation C(steady.rollout/maintenance)). A run that was killed is finished by the same
    call, and M(steady.rollout.node_uncordon) knows whether somebody else had cordoned the node.
  - Whatever ends it, the node stays cordoned, and the result says so.
options:
  name:
    description: The node's name.
    type: str
    required: true
  force:
    description: Whether to evict pods that have no controller, too. Nothing makes them anew.
    type: bool
    default: false
  delete_emptydir_data:
    description: Whether to evict pods with C(emptyDir) volumes, too. What is in these goes with the pod.
    type: bool
    default: false
  grace_period:
    description: How many seconds each pod gets to end. Without it each has its own C(terminationGracePeriodSeconds).
    type: int
  timeout:
    description: How long to wait until all pods are gone, as in V(90s), V(5m) or V(1h).
    type: str
    default: 5m
attributes:
  check_mode:
    support: full
    details:
      - Says which pods would be evicted. The cordon is sent as a dry run.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
  - steady.rollout.attributes.actiongroup_node
  - steady.rollout.workload.windows
seealso:
  - module: steady.rollout.node_uncordon
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Take everything off the node that may go
  steady.rollout.node_drain:
    name: worker-1
    delete_emptydir_data: true
    timeout: 15m
  register: drained

- name: See what that would be
  steady.rollout.node_drain:
    name: worker-1
  check_mode: true
"""

RETURN = r"""
msg:
  description: What came of it; for a failure the whole report (asked, happened, cause with evidence, what was done about it, what is next).
  returned: always
  type: str
  sample: "Node worker-1 is drained: 3 pods evicted, 2 stay with it. It stays cordoned: run the same again to go on, or let pods onto it
    with kubectl uncordon."
evicted:
  description: The pods that were evicted. In check mode those that would be.
  returned: success
  type: list
  elements: str
  sample: [shop/app-7c9d-x2k]
staying:
  description: The pods that stay with the node.
  returned: success
  type: list
  elements: str
  sample: [kube-system/kube-proxy-4x7zq]
workloads:
  description: The Deployments and StatefulSets that had pods on the node and were complete.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Its kind.
      type: str
      returned: always
    namespace:
      description: Its namespace.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
  sample: [{kind: Deployment, namespace: shop, name: app}]
former_boot_id:
  description: The boot that the node was in when its maintenance began, for O(steady.rollout.node_uncordon#module:former_boot_id).
  returned: success
  type: str
  sample: 2f9c3874-530d-484f-b2c7-c07c48f96607
booted:
  description: Whether the node has booted since its maintenance began; only after an earlier run.
  returned: success
  type: bool
  sample: false
resumed:
  description: Whether an earlier run began it.
  returned: success
  type: bool
  sample: false
returned:
  description: Whether an earlier run has let pods onto the node again and only workloads are still to be waited for.
  returned: success
  type: bool
  sample: false
findings:
  description: What kept pods from going, the most telling first, in the form of RV(steady.rollout.workload_upgrade#module:findings).
  returned: always
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
from ansible_collections.steady.rollout.plugins.module_utils._operation.drain import Wanted, drain
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import EvictingCluster, Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.draining import Consent

ARGUMENTS: dict[str, t.Any] = {
    **node.ARGUMENTS,
    **workload.WINDOWS,
    "force": {"type": "bool", "default": False},
    "delete_emptydir_data": {"type": "bool", "default": False},
    "grace_period": {"type": "int"},
}


def operate(ports: Ports, params: dict[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """Drain the node that the options name."""
    seconds = params["grace_period"]
    if seconds is not None and seconds < 0:
        raise errors.InvalidInput(f"grace_period: {seconds} is not possible, write 0 or more, or leave it out.")
    consent = Consent(params["force"], params["delete_emptydir_data"])
    wanted = Wanted(node.name_of(params), consent, seconds)
    cluster: EvictingCluster = t.cast("t.Any", ports.cluster)
    return node.drained(drain(ports, cluster, wanted, settings))


def main() -> None:
    """Run the module."""
    workload.run(ARGUMENTS, operate)


if __name__ == "__main__":
    main()
