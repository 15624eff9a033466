#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_upgrade
short_description: Change the version of a Kubernetes workload, wait for it, and go back by itself when it fails
version_added: 0.1.0
description:
  - Puts another version, or other images, into a workload that exists already, and sees the rollout through.
  - Returns as soon as the rollout is complete by the controller's own count, or as soon as it is clear that it cannot become so.
  - The cause of a failure is named with its evidence (pod, container, message, last log lines) and gathered before anything is undone.
  - With the wanted images in the workload already, only the rollout is waited for; a run that was interrupted is resumed this way.
options:
  version:
    description:
      - The tag or digest to put in place of the present one, in the workload's main container (see O(container)).
      - A string. A floating point number is refused, because 2.10 as a number is 2.1.
    type: raw
  images:
    description: Container name to whole image reference, for other changes than the version of one container.
    type: dict
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
      version:
        description: Its version.
        type: raw
      images:
        description: Its images, in place of the task's O(version).
        type: dict
      container:
        description: Its main container.
        type: str
  on_failure:
    description:
      - What to do when the rollout fails, after the cause has been gathered.
      - V(rollback) brings the last revision back that is known to be good, waits for it, and fails the task with both reasons.
      - V(pause) stops the controller so that the failure can be looked at. V(keep) leaves everything as it is.
    type: str
    choices: [rollback, pause, keep]
    default: rollback
  strategy:
    description:
      - How the new version is rolled out. V(rolling) is the controller's own way. A word, or a dictionary with C(type) and its options.
      - V(canary) runs the new version beside the present one (Deployment and Service C(<name>-canary)), gives it more and more of the
        requests by the weights of an HTTPRoute of the Gateway API, holds each step while its gates hold, then puts the version into
        the Deployment itself and gives the route back as it was. On the first bad sign requests go back first, pods after.
      - The Deployment, its Service and its HTTPRoute stay the ordinary ones, and nothing has to be installed beside a load balancer.
      - C(steps) is the list of a canary's steps. Each has C(weight) (of 100, rising), C(for) (how long it is held, C(1m)), C(gates)
        (as O(gates), looked at during that step; C(compare) compares both versions side by side), C(replicas) (as many pods as its
        share, at least one) and C(pause) (the task ends well with RV(status) V(waiting); the same task with O(promote=true) goes on).
        Weights 5, 25 and 50 where nothing is said.
      - C(route) and C(service) name the HTTPRoute and the Service; needed only where there are several.
      - "C(match) is C({header: {name, value}}) or C({cookie: {name, value}}), by which testers reach the new version whatever the
        weights."
      - C(probe) takes the options of the gate C(share); with it, each step waits until its share of answers comes from the new version.
      - V(blue_green) brings the new version up whole beside the present one (Deployment and Service C(<name>-blue-green)), proves it on a
        preview that only those see who ask for it, gives it all requests in one patch, keeps the old pods for C(keep_for) (C(30s)) so that
        one patch leads back, then puts the version into the Deployment itself, which has no requests meanwhile.
      - Of blue-green, C(preview) has C(header) or C(cookie), each with C(name) and C(value), by which testers see the new version; C(gates)
        have to hold before the switch, and those over HTTP ask the preview; C(pause=true) waits for approval before the switch;
        C(keep_gates) have to hold after it, on what all users get; C(route) and C(service) are as above. See C(docs/blue_green.md).
      - A run that was ended goes on with the step at which it was when the same is run again; M(steady.rollout.workload_rollback), or
        an upgrade back to the version before, undoes it without rolling any pod of the Deployment.
      - For Deployments, one in a task. A route whose rule sends to several backends, and a step above 50 where an autoscaler owns the
        Deployment, are refused; so is blue-green where an autoscaler may go below the present number of pods, or a quota has no room
        for as many again.
      - See C(docs/traffic.md).
    type: raw
  promote:
    description: Let a step of O(strategy) that waits for approval go on.
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
  - steady.rollout.workload.pinning
  - steady.rollout.workload.changing
seealso:
  - module: steady.rollout.workload_rollback
  - module: steady.rollout.workload_deploy
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Upgrade the application, and go back by itself when it fails
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    version: "2.0"

- name: Upgrade one container of several, with more patience
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    container: web
    version: "2.10"
    timeout: 15m

- name: Change two images at once and keep the result whatever it is
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    images:
      web: registry.example/shop/web:2.0
      cache: registry.example/shop/cache@sha256:4a5b6c7d8e9f4a5b6c7d8e9f4a5b6c7d8e9f4a5b6c7d8e9f4a5b6c7d8e9f4a5b
    on_failure: keep

- name: Upgrade by canary, compared with the version before at each step
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    version: "2.0"
    strategy:
      type: canary
      probe: {url: http://shop.example/version, version_path: version}
      steps:
        - weight: 5
          for: 2m
          gates:
            - compare: {url: http://shop.example/, for: 1m}
        - weight: 25
        - weight: 50
          pause: true

- name: Go on after somebody has approved - the same task with promote
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    version: "2.0"
    strategy: {type: canary, steps: [{weight: 5, pause: true}, {weight: 50}]}
    promote: true

- name: Upgrade blue-green, proven on a preview, with ten minutes in which one patch leads back
  steady.rollout.workload_upgrade:
    namespace: shop
    name: app
    version: "2.0"
    strategy:
      type: blue_green
      keep_for: 10m
      preview: {header: {name: x-preview, value: "yes"}}
      gates:
        - http: {url: http://shop.example/, for: 30s}
      keep_gates:
        - http: {url: http://shop.example/, for: 5m, max_error_rate: 0.01}

- name: Upgrade all services of the shop, five at a time; one that fails keeps the others from being begun
  steady.rollout.workload_upgrade:
    namespace: shop
    version: "2.0"
    max_parallel: 5
    workloads:
      - name: catalogue
      - name: basket
      - name: search
        kind: StatefulSet
        version: "7.3"
      - name: mail
        namespace: post
        images: {mail: registry.example/post/mail:1.4, relay: registry.example/post/relay:1.2}
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
from ansible_collections.steady.rollout.plugins.module_utils._operation import strategies
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

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
    "strategy": {"type": "raw"},
    "promote": {"type": "bool", "default": False},
    "version": {"type": "raw"},
    "images": {"type": "dict"},
    **many.arguments(version={"type": "raw"}, images={"type": "dict"}, container={"type": "str"}),
}


def operation(params: dict[str, t.Any]) -> many.Operate:
    """Upgrade as the options say."""
    strategy = strategies.parse(params["strategy"])
    if strategy and params["workloads"]:
        raise errors.InvalidInput(
            f"strategy: {strategy.NAME} and workloads exclude each other: upgrade them one by one."
        )
    images = {name: str(image) for name, image in (params["images"] or {}).items()}
    wanted = Wanted(workload.version_of(params), images, strategy, params["promote"])
    if not wanted.version and not wanted.images:
        raise errors.InvalidInput('Nothing says what to upgrade to: set version (version: "2.0"), or images.')
    if wanted.images and params["container"]:
        raise errors.InvalidInput("images and container exclude each other: images names its containers itself.")
    return lambda ports, reference, settings: upgrade(ports, reference, wanted, settings)


def main() -> None:
    """Run the module."""
    alternatives = ("version", "images")
    many.run(
        ARGUMENTS,
        operation,
        done="upgraded",
        alternatives=alternatives,
        mutually_exclusive=[alternatives, ("images", "container")],
    )


if __name__ == "__main__":
    main()
