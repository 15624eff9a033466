#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_wait
short_description: Wait until a Kubernetes workload, Job or custom resource is complete, or say why it cannot become so
version_added: 0.1.0
description:
  - Judges the rollout that is under way, whoever began it, by the same rules as M(steady.rollout.workload_upgrade), and changes nothing.
    A gate V(job) runs its Job all the same.
  - A Job is waited for until it is Complete or Failed, whichever comes first; for a failed one the exit code and the last log lines are
    shown.
  - An object of any other kind is waited for until a JMESPath expression about it is true. If it tells which generation its controller has
    seen (C(status.observedGeneration)), nothing counts before that is the present one.
options:
  kind:
    description: V(Deployment), V(StatefulSet), V(DaemonSet), V(Job), or, with O(success_condition), any kind that the cluster serves.
    type: str
    default: Deployment
  namespace:
    description: The namespace of the workload or object; ignored where its kind is in none.
    type: str
  name:
    description: The name of the workload or object. Either this or O(workloads) has to be set.
    type: str
  api_version:
    description: The group and version of a kind that is waited for by O(success_condition), such as V(example.com/v1).
    type: str
    default: ''
  success_condition:
    description:
      - A JMESPath expression about the object; it is as wanted when this is true.
      - Only the value true counts, so write a comparison.
    type: str
    default: ''
  failure_condition:
    description:
      - A JMESPath expression about the object; when it is true the wait ends as failed at once.
      - Where O(success_condition) is true as well, that counts.
    type: str
    default: ''
  workloads:
    description:
      - Many workloads or objects in one task, in place of O(name). What an entry does not say is taken from the task.
      - All of them are looked at before the first one is waited for; when one of them cannot be waited for, none is.
      - "They share the module's watches: one for each resource and namespace. This needs the right to list and watch the workloads of
        these namespaces as a whole."
      - Each has its own result in RV(results).
    type: list
    elements: dict
    suboptions:
      kind:
        description: Its kind.
        type: str
      namespace:
        description: Its namespace.
        type: str
      name:
        description: Its name.
        type: str
        required: true
      api_version:
        description: The group and version of its kind.
        type: str
      success_condition:
        description: When it is as wanted.
        type: str
      failure_condition:
        description: When it has failed.
        type: str
      container:
        description: Its main container.
        type: str
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
  - steady.rollout.attributes.actiongroup_workload
  - steady.rollout.attributes.info_module
  - steady.rollout.workload.many
  - steady.rollout.workload.waiting
  - steady.rollout.workload.gates
seealso:
  - module: steady.rollout.workload_info
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Wait for what kubectl has begun
  steady.rollout.workload_wait:
    namespace: shop
    name: app
    timeout: 10m

- name: Wait for a database migration
  steady.rollout.workload_wait:
    kind: Job
    namespace: shop
    name: migrate

- name: Wait for a certificate
  steady.rollout.workload_wait:
    api_version: cert-manager.io/v1
    kind: Certificate
    namespace: shop
    name: shop-example
    success_condition: contains(status.conditions[?type=='Ready'].status, 'True')
    failure_condition: contains(status.conditions[?type=='Issuing'].reason, 'Failed')
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
from ansible_collections.steady.rollout.plugins.module_utils._operation.wait import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import conditions

GOAL = ("api_version", "success_condition", "failure_condition")
ARGUMENTS: dict[str, t.Any] = {
    **workload.WAITING,
    **workload.GATES,
    **many.arguments(any_kind=True, **{option: {"type": "str"} for option in (*GOAL, "container")}),
    **{option: {"type": "str", "default": ""} for option in GOAL},
}


def operation(params: dict[str, t.Any]) -> many.Operate:
    """Wait as the options say."""
    goal = conditions.goal(*(params[option] for option in GOAL))
    return lambda ports, reference, settings: wait(ports, reference, settings, goal)


def main() -> None:
    """Run the module."""
    many.run(ARGUMENTS, operation, done="complete", unchanged="complete")


if __name__ == "__main__":
    main()
