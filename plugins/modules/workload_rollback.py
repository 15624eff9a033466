#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_rollback
short_description: Bring an earlier revision of a Kubernetes workload back and wait for it
version_added: 0.1.0
description:
  - "The undo button: without O(revision) or O(version) it goes back to the last revision that is known to be good, or, where nothing
    is recorded, to the one before the present one."
  - A revision that is known to have failed is never chosen unless O(force) says so. Pressing the button twice does not flip back.
  - Only the pod template is put back. Annotations, labels and the number of replicas stay as they are.
  - A rollback is waited for like an upgrade. When it fails it is not rolled back itself.
options:
  revision:
    description: The number of the revision to bring back, as RV(steady.rollout.workload_info#module:workloads[].history) lists them.
    type: int
  version:
    description:
      - The version to bring back, the image tag or digest of the main container; the newest revision that ran it is taken.
      - A string. A floating point number is refused, because 2.10 as a number is 2.1. An empty string means none.
    type: raw
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
      revision:
        description: The number of the revision to bring back.
        type: int
      version:
        description: The version to bring back.
        type: raw
      container:
        description: Its main container.
        type: str
  force:
    description: Go to a revision although it is known to have failed.
    type: bool
    default: false
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
  - steady.rollout.workload.zero_downtime
  - steady.rollout.workload.allowed
  - steady.rollout.workload.changing
seealso:
  - module: steady.rollout.workload_upgrade
  - module: steady.rollout.workload_info
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Undo
  steady.rollout.workload_rollback:
    namespace: shop
    name: app

- name: Go back to a version
  steady.rollout.workload_rollback:
    namespace: shop
    name: app
    version: "1.9"

- name: Go back to a revision
  steady.rollout.workload_rollback:
    namespace: shop
    name: app
    revision: 12

- name: Take back what the last release changed, wherever it failed or not
  steady.rollout.workload_rollback:
    namespace: shop
    stop_on_failure: false
    workloads:
      - name: catalogue
      - name: basket
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
from ansible_collections.steady.rollout.plugins.module_utils._operation.rollback import Target, rollback
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

ARGUMENTS: dict[str, t.Any] = {
    **workload.WAITING,
    **workload.GATES,
    **workload.HOLDING,
    **workload.WINDOWS,
    **workload.ZERO_DOWNTIME,
    **workload.ALLOWED,
    **workload.CHANGING,
    "revision": {"type": "int"},
    "version": {"type": "raw"},
    **many.arguments(revision={"type": "int"}, version={"type": "raw"}, container={"type": "str"}),
    "force": {"type": "bool", "default": False},
}


def operation(params: dict[str, t.Any]) -> many.Operate:
    """Roll back as the options say."""
    revision = params["revision"]
    if revision is not None and revision < 1:
        raise errors.InvalidInput(f"revision: {revision} is not possible, revisions are numbered from 1.")
    target = Target(revision or 0, workload.version_of(params), params["force"])
    return lambda ports, reference, settings: rollback(ports, reference, target, settings)


def main() -> None:
    """Run the module."""
    alternatives = ("revision", "version")
    many.run(ARGUMENTS, operation, done="rolled back", alternatives=alternatives, mutually_exclusive=[alternatives])


if __name__ == "__main__":
    main()
