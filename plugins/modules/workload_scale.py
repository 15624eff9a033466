#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_scale
short_description: Change the number of pods of a Kubernetes workload and wait until they are there
version_added: 0.1.0
description:
  - Sets C(spec.replicas) and waits until exactly that many pods are there and available.
  - What keeps pods from coming (quota, no node with room) is named as soon as the cluster says it.
  - Where a HorizontalPodAutoscaler owns the number, the module refuses and names it.
options:
  replicas:
    description: How many pods there shall be, 0 or more. Required, here or in each entry of O(workloads).
    type: int
  workloads:
    description:
      - Many workloads in one task, in place of O(name). What an entry does not say is taken from the task.
      - All of them are looked at before the first one is changed; when one of them cannot be done, nothing is changed.
      - "They share the module's watches: one for each resource and namespace. This needs the right to list and watch the workloads of
        these namespaces as a whole."
      - Each has its own result in RV(results).
    type: list
    elements: dict
    suboptions:
      kind:
        description: Its kind.
        type: str
        choices: [Deployment, StatefulSet, DaemonSet]
      namespace:
        description: Its namespace.
        type: str
      name:
        description: Its name.
        type: str
        required: true
      replicas:
        description: How many pods of it there shall be.
        type: int
attributes:
  check_mode:
    support: full
    details:
      - The change is sent as a dry run, so that the API server and its admission say what they would; the rollout is not simulated.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
  - steady.rollout.attributes.actiongroup_workload
  - steady.rollout.workload.kind
  - steady.rollout.workload.many
  - steady.rollout.workload.waiting
  - steady.rollout.workload.gates
  - steady.rollout.workload.holding
  - steady.rollout.workload.windows
seealso:
  - module: steady.rollout.workload_wait
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Scale to five
  steady.rollout.workload_scale:
    namespace: shop
    name: app
    replicas: 5

- name: Get ready for the evening
  steady.rollout.workload_scale:
    namespace: shop
    replicas: 5
    workloads:
      - name: catalogue
      - name: basket
        replicas: 8
"""

RETURN = r"""
msg:
  description: What came of it; for a failure the whole report (asked, happened, cause with evidence, what was done about it, what is next).
  returned: always
  type: str
  sample: Deployment shop/app upgraded from 1.0 to 2.0.
workload:
  description: Which workload it was.
  returned: when the workload was found
  type: dict
  sample: {kind: Deployment, namespace: shop, name: app}
before:
  description: What it ran before; empty when it did not exist.
  returned: when the workload was found
  type: dict
  contains:
    revision:
      description: Its number in the rollout history.
      type: int
      returned: always
    version:
      description: Tag or digest of its main container.
      type: str
      returned: always
    images:
      description: Container name to image.
      type: dict
      returned: always
  sample: {revision: 4, version: "1.0", images: {app: "registry.example/app:1.0"}}
after:
  description: What it runs now, in the form of RV(before). In check mode what it would run.
  returned: when the workload was found
  type: dict
  sample: {revision: 5, version: "2.0", images: {app: "registry.example/app:2.0"}}
status:
  description:
    - How the rollout ended, V(complete) or V(failed); V(paused) after a pause; V(waiting) while a strategy waits for approval.
    - Empty in check mode.
    - Of one of many workloads also V(not_begun) or V(interrupted).
  returned: when the workload was found
  type: str
  sample: complete
findings:
  description: The causes that were found, the most telling first.
  returned: when the workload was found
  type: list
  elements: dict
  contains:
    code:
      description:
        - One of V(image_not_found), V(image_unauthorized), V(image_pull_transient), V(crash_loop), V(init_failed), V(container_config),
          V(cannot_run), V(unschedulable), V(quota), V(volume), V(probe), V(progress_deadline), V(rejected),
          V(sandbox), V(evicted), V(node_lost), V(terminating), V(job_failed), V(gate).
        - After a rollout that is complete, V(image_mismatch) where a node runs another digest than the one asked for.
      type: str
      returned: always
    severity:
      description: V(terminal) when it dooms its pod, V(transient) when it may still pass.
      type: str
      returned: always
    title:
      description: The cause in a few words.
      type: str
      returned: always
    message:
      description: What the cluster said.
      type: str
      returned: always
    pod:
      description: The pod it was seen on.
      type: str
      returned: when it is about a pod
    container:
      description: The container it was seen on.
      type: str
      returned: when it is about a container
    hint:
      description: What to do about it.
      type: str
      returned: always
    evidence:
      description: Exit code, restarts, the event with its times, and the like.
      type: dict
      returned: when there is any
    logs:
      description: The last lines of the container's log.
      type: list
      elements: str
      returned: for the first cause that has a log
gates:
  description: How each gate turned out.
  returned: when the workload was found
  type: list
  elements: dict
  contains:
    gate:
      description: The gate's name.
      type: str
      returned: always
    state:
      description: V(passed), V(failed), or V(ended) when something else ended the rollout before it could be said.
      type: str
      returned: always
    message:
      description: What was measured, in words.
      type: str
      returned: always
    seconds:
      description: How long it took, in seconds.
      type: float
      returned: always
    measurement:
      description: What was measured, in figures; which ones depends on the gate.
      type: dict
      returned: when there is any
results:
  description: The result of each workload, as this module returns it for one, in the task's order; the other fields are absent then.
  returned: when many workloads were named
  type: list
  elements: dict
  sample: []
rolled_back:
  description: What was brought back after a failure, in the form of RV(before), with the C(seconds) at which it was complete.
  returned: when the workload was found
  type: dict
  sample: {}
seconds:
  description: How long it took, in seconds.
  returned: when the workload was found
  type: float
  sample: 3.2
timeline:
  description: What happened when.
  returned: when the workload was found
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
    pods:
      description:
        - How many pods of the new revision are ready (C(new_ready)), are of another one (C(old)), are available at all (C(available))
          and are wanted (C(wanted)), while C(version) is rolled out.
      type: dict
      returned: when the pods' numbers are what happened
    weights:
      description:
        - The weights of the backends from then on, of the workload's own (C(old)) and of the new version's (C(new)).
      type: dict
      returned: when the weights are what happened
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import many, workload
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

ARGUMENTS: dict[str, t.Any] = {
    **workload.WAITING,
    **workload.GATES,
    **workload.HOLDING,
    **workload.WINDOWS,
    "replicas": {"type": "int"},
    **many.arguments(replicas={"type": "int"}),
}


def operation(params: dict[str, t.Any]) -> many.Operate:
    """Scale as the options say."""
    replicas = params["replicas"]
    if replicas is None:
        raise errors.InvalidInput("Nothing says how many pods there shall be: set replicas.")
    if replicas < 0:
        raise errors.InvalidInput(f"replicas: {replicas} is not possible, write 0 or more.")
    return lambda ports, reference, settings: scale(ports, reference, replicas, settings)


def main() -> None:
    """Run the module."""
    many.run(ARGUMENTS, operation, done="scaled")


if __name__ == "__main__":
    main()
