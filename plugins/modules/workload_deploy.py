#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_deploy
short_description: Make a Kubernetes workload or bring it up to date, wait for it, and go back by itself when it fails
version_added: 0.1.0
description:
  - Applies a whole manifest on the API server (server-side apply, field manager C(steady.rollout)) and sees the rollout through like
    M(steady.rollout.workload_upgrade).
  - Fields that the manifest does not name stay with whoever set them, so leave C(spec.replicas) out where something else scales.
  - ConfigMaps and Secrets that come along become immutable objects named after what is in them (V(NAME-0123456789)), and the pod template
    names those. So another configuration is a rollout like another image, and a rollback brings back the configuration that went with
    the image. See C(docs/configuration.md).
options:
  definition:
    description: The workload's manifest, with its kind, metadata.name and metadata.namespace.
    type: dict
    required: true
  config:
    description:
      - ConfigMaps that come along, name to content; text in C(data), base64 in C(binary_data).
      - The pod template names them as they are named here, in C(env), C(envFrom) or a volume; a name that it does not refer to is refused.
      - They go when the workload is deleted, and before that once no revision in its history names them and a rollout was good.
      - Without this option, the workload's ConfigMaps are left as they are; with an empty one none is wanted.
    type: dict
  secrets:
    description:
      - Secrets that come along, like O(config); text in C(string_data), base64 in C(data), and the C(type), which is V(Opaque) unless said
        otherwise.
      - No value is ever shown; a difference tells which keys have another one.
      - From ansible-core 2.22 on Ansible itself masks each value wherever it occurs in a result, so that a value such as V(1) or V(app)
        makes the rest hard to read.
    type: dict
  force_conflicts:
    description: Take over fields that another field manager owns. Without it such a conflict is refused and names the manager.
    type: bool
    default: false
  on_failure:
    description:
      - What to do when the rollout fails, after the cause has been gathered.
      - V(rollback) brings the last revision back that is known to be good, waits for it, and fails the task with both reasons. A first
        deployment has none and is left as it is.
      - V(pause) stops the controller so that the failure can be looked at. V(keep) leaves everything as it is.
    type: str
    choices: [rollback, pause, keep]
    default: rollback
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
  - steady.rollout.workload.waiting
  - steady.rollout.workload.gates
  - steady.rollout.workload.holding
  - steady.rollout.workload.windows
  - steady.rollout.workload.zero_downtime
  - steady.rollout.workload.allowed
  - steady.rollout.workload.pinning
  - steady.rollout.workload.changing
seealso:
  - module: steady.rollout.workload_upgrade
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Deploy the application
  steady.rollout.workload_deploy:
    definition:
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        namespace: shop
        name: app
      spec:
        selector:
          matchLabels: {app: app}
        template:
          metadata:
            labels: {app: app}
          spec:
            containers:
              - name: app
                image: registry.example/app:1.0

- name: Deploy it with its configuration; a change of that alone rolls it too
  steady.rollout.workload_deploy:
    definition: "{{ lookup('ansible.builtin.file', 'app.yml') | from_yaml }}"  # names ConfigMap settings and Secret database
    config:
      settings:
        data: {LOG_LEVEL: info, greeting.txt: "Hello\n"}
    secrets:
      database:
        string_data: {password: "{{ vault_database_password }}"}
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

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._operation.deploy import deploy
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports

ARGUMENTS: dict[str, t.Any] = {
    **workload.WAITING,
    **workload.GATES,
    **workload.HOLDING,
    **workload.WINDOWS,
    **workload.ZERO_DOWNTIME,
    **workload.ALLOWED,
    **workload.PINNING,
    **workload.CHANGING,
    **workload.ON_FAILURE,
    "definition": {"type": "dict", "required": True},
    "config": {"type": "dict"},
    "secrets": {"type": "dict", "no_log": True},
    "force_conflicts": {"type": "bool", "default": False},
}


def operate(ports: Ports, params: dict[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """Deploy as the options say."""
    along = {option: params[option] for option in ("config", "secrets") if params[option] is not None}
    force = params["force_conflicts"]
    return workload.result_of(deploy(ports, params["definition"], settings, force_conflicts=force, configuration=along))


def main() -> None:
    """Run the module."""
    workload.run(ARGUMENTS, operate)


if __name__ == "__main__":
    main()
