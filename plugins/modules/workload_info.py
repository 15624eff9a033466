#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_info
short_description: Tell how Kubernetes workloads are, what is wrong with them, and their histories
version_added: 0.1.0
description:
  - Reads one workload, or all of some kinds in a namespace or the whole cluster, and judges them by the same rules as
    M(steady.rollout.workload_upgrade).
  - Each resource is listed once, so that a thousand workloads take eight requests at most.
options:
  kind:
    description: The workloads' kind.
    type: str
    choices: [Deployment, StatefulSet, DaemonSet]
    default: Deployment
  kinds:
    description: Several kinds at once, in place of O(kind), where all workloads are asked for.
    type: list
    elements: str
    choices: [Deployment, StatefulSet, DaemonSet]
  namespace:
    description:
      - The namespace to look into. Without it all namespaces are, for which a ClusterRole has to allow to list.
      - Required with O(name).
    type: str
    default: ''
  name:
    description: The workload's name; without it all of the kind, or of O(kinds), in the namespace.
    type: str
    default: ''
  container:
    description: The container whose image gives the workload its version, where there are several.
    type: str
    default: ''
  diagnose:
    description:
      - Whether to gather all that tells why workloads are sick in one text, RV(diagnosis).
      - It asks for the logs of at most two containers of each of the ten most urgent workloads, the run before the present one
        included, and for nothing else.
    type: bool
    default: false
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
  - steady.rollout.attributes.actiongroup_workload
  - steady.rollout.attributes.info_module
seealso:
  - module: steady.rollout.workload_rollback
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: See the history of the application
  steady.rollout.workload_info:
    namespace: shop
    name: app
  register: app

- name: Show it
  ansible.builtin.debug:
    msg: "{{ app.workloads[0].history }}"

- name: See everything that runs in the cluster
  steady.rollout.workload_info:
    kinds: [Deployment, StatefulSet, DaemonSet]
  register: all

- name: Find out what is wrong with the sick ones
  steady.rollout.workload_info:
    kinds: [Deployment, StatefulSet, DaemonSet]
    namespace: shop
    diagnose: true
  register: sick

- name: Show that
  ansible.builtin.debug:
    msg: "{{ sick.diagnosis }}"

- name: Show it as a table, what is sick first
  ansible.builtin.debug:
    msg: "{{ all.table }}"
"""

RETURN = r"""
diagnosis:
  description:
    - The lines of one text about each workload that failed, is on its way or held up, or lacks pods, the most urgent first -
      causes, pods, conditions, warnings, logs, the last rollouts, and what to do.
    - Passwords, tokens and keys in it are replaced by C(***). Lines are no longer than 108 characters, but for those of logs and words
      that are.
    - The ten most urgent are told in full, of more it says how many.
  returned: with O(diagnose)
  type: list
  elements: str
  sample:
    - "Deployment shop/cart, 9.9 (revision 4): progressing, image not found"
    - "  0 of 2 new pods ready, 2 old left; 1 of 2 new pods exist."
table:
  description:
    - The workloads as the lines of a table in plain text, what is sick first, no line longer than 108 characters.
    - The columns are namespace, kind, name, version, ready and wanted pods, how it is, the last outcome, the age of its revision, and
      who is changing it at the moment or why it was changed.
  returned: always
  type: list
  elements: str
  sample:
    - NAMESPACE  KIND        NAME  VERSION  READY  STATUS                   LAST      AGE  WHO
    - shop       Deployment  cart  9.9      0/2    failed, image not found  bad       3m   upgrade to 9.9
    - shop       Deployment  app   2.0      3/3    complete                 good      5d   ticket 4711
workloads:
  description: The workloads, by namespace, name and kind.
  returned: always
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
    revision:
      description: The number of its present revision.
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
    status:
      description: V(complete), V(progressing) or V(failed).
      type: str
      returned: always
    message:
      description: What is missing, or why it failed.
      type: str
      returned: always
    replicas:
      description: How many pods are wanted.
      type: int
      returned: always
    ready:
      description: How many pods of the present revision are ready.
      type: int
      returned: always
    available:
      description: How many pods are available.
      type: int
      returned: always
    paused:
      description: Whether its rollouts are paused.
      type: bool
      returned: always
    running:
      description:
        - The run of this collection that is changing it at the moment; empty when none is. One that was killed stands here until another
          takes it over; its C(renewed) is then older than 15 seconds.
      type: dict
      returned: always
      contains:
        holder:
          description: Who runs it (the AWX job where there is one, user, host and process).
          type: str
          returned: while it is being changed
        task:
          description: What it does.
          type: str
          returned: while it is being changed
        progress:
          description: How far it is.
          type: str
          returned: while it is being changed
        since:
          description: When it began.
          type: str
          returned: while it is being changed
        renewed:
          description: When it last gave a sign of life, by its own clock.
          type: str
          returned: while it is being changed
      sample: {}
    strategy:
      description:
        - How far a rollout by weights is - its C(strategy), C(version), C(step) of C(steps), C(weight) of 100, C(since) when, whether it
          is C(waiting) for approval, and its C(route) and C(service). Empty when none is under way.
      type: dict
      returned: always
    managed_by:
      description: Helm, Argo CD or Flux, where one of them manages it; else empty.
      type: str
      returned: always
    findings:
      description: The causes of trouble, in the form of RV(steady.rollout.workload_upgrade#module:findings).
      type: list
      elements: dict
      returned: always
    history:
      description: Its revisions, newest first.
      type: list
      elements: dict
      returned: always
      contains:
        revision:
          description: The revision's number.
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
        outcome:
          description: V(good), V(bad), V(undone) or V(unknown), as recorded by the modules of this collection.
          type: str
          returned: always
        current:
          description: Whether it is the present one.
          type: bool
          returned: always
        change_cause:
          description: Why it was made.
          type: str
          returned: always
        created:
          description: When it was first made.
          type: str
          returned: always
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected
from ansible_collections.steady.rollout.plugins.module_utils._operation.info import everything, info
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds, overview
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits

ARGUMENTS: dict[str, t.Any] = {
    "kind": {"type": "str", "default": "Deployment", "choices": list(kinds.NAMES)},
    "kinds": {"type": "list", "elements": "str", "choices": list(kinds.NAMES)},
    "namespace": {"type": "str", "default": ""},
    "name": {"type": "str", "default": ""},
    "container": {"type": "str", "default": ""},
    "diagnose": {"type": "bool", "default": False},
}


def operate(params: dict[str, t.Any], _check_mode: bool) -> dict[str, t.Any]:
    """Read as the options say. Raises InvalidInput."""
    name, namespace, several = params["name"], params["namespace"], params["kinds"]
    if name and not namespace.strip():
        raise errors.InvalidInput(f"namespace is missing: write the namespace of {name}.")
    if name and several is not None:
        raise errors.InvalidInput("name and kinds exclude each other: say the kind of one workload with kind.")
    ports = connected.ports_of(params)
    if several is None:
        found = info(ports, params["kind"], namespace, name, Limits(), params["container"])
    else:
        found = everything(ports, several, namespace, Limits(), params["container"])
    facts = [case.facts for case in found]
    result = {"changed": False, "workloads": facts, "table": list(overview.table(facts, ports.clock.now()))}
    if not params["diagnose"]:
        return result
    from ansible_collections.steady.rollout.plugins.module_utils._operation.diagnose import diagnose

    return {**result, "diagnosis": diagnose(ports, found)}


def main() -> None:
    """Run the module."""
    connected.run(ARGUMENTS, operate)


if __name__ == "__main__":
    main()
