#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: traffic_split
short_description: Read and set the weights by which a route splits requests between Services
version_added: 0.1.0
description:
  - Sets the weights of the backends of one rule of an HTTPRoute (Gateway API, any load balancer), and waits until the load balancer has
    taken them by the route's own status. Without O(weights) it only reads.
  - No weight is moved onto a Service without ready endpoints, and nothing else in the route is touched.
  - Weights of a canary that is under way belong to it and are refused here.
options:
  namespace:
    description: The namespace of the route and its Services.
    type: str
    required: true
  route:
    description: The name of the HTTPRoute.
    type: str
    required: true
  rule:
    description: Which of its rules, counted from 1. Needed only where several send to Services.
    type: int
  weights:
    description:
      - Service to weight, 0 or more. The load balancer sends to each in proportion to the sum of all weights.
      - A Service that is no backend of the rule yet becomes one, like the rule's first one but for its name. Backends that are not
        named keep their weight.
    type: dict
attributes:
  check_mode:
    support: full
    details:
      - The change is sent as a dry run, so that the API server and its admission say what they would.
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - steady.rollout.connection
  - steady.rollout.attributes
seealso:
  - module: steady.rollout.workload_upgrade
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Send a tenth of the requests to the other Service
  steady.rollout.traffic_split:
    namespace: shop
    route: app
    weights: {app: 90, app-next: 10}

- name: See how requests are split
  steady.rollout.traffic_split:
    namespace: shop
    route: app
  register: split
"""

RETURN = r"""
msg:
  description: What came of it.
  returned: always
  type: str
  sample: "HTTPRoute shop/app sends app 90, app-next 10 (before: app 1)."
rule:
  description: Which rule it is, counted from 1.
  returned: success
  type: int
  sample: 1
weights_before:
  description: Backend to weight as it was.
  returned: success
  type: dict
  sample: {app: 1}
weights:
  description: Backend to weight as it is. In check mode as it would be.
  returned: success
  type: dict
  sample: {app: 90, app-next: 10}
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._operation.traffic.split import Split, Wanted, split
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, options

ARGUMENTS: dict[str, t.Any] = {
    "namespace": {"type": "str", "required": True},
    "route": {"type": "str", "required": True},
    "rule": {"type": "int"},
    "weights": {"type": "dict"},
}


def wanted_of(params: dict[str, t.Any]) -> Wanted:
    """The split that the options name. Raises InvalidInput."""
    if params["weights"] is not None and not params["weights"]:
        raise errors.InvalidInput("weights is empty: name at least one Service, or leave it out to read.")
    if params["rule"] is not None and params["rule"] < 1:
        raise errors.InvalidInput(f"rule: {params['rule']} is not possible, rules are counted from 1.")
    known = [options.Option(str(name), "count", options.REQUIRED) for name in params["weights"] or {}]
    weights = options.read(params["weights"], known, "weights") if known else {}
    return Wanted(params["namespace"], params["route"], params["rule"] or 0, weights)


def operate(ports: Ports, params: dict[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """Read or set as the options say."""
    wanted = wanted_of(params)
    found = split(ports, wanted, dry_run=settings.dry_run)
    name = f"HTTPRoute {wanted.namespace}/{wanted.route}"
    would = "would send" if settings.dry_run and found.changed else "sends"
    was = f" (before: {told(found.before)})" if found.changed else ""
    result = {
        "changed": found.changed,
        "msg": f"{name} {would} {told(found.after)}{was}.",
        "rule": found.rule,
        "weights_before": found.before,
        "weights": found.after,
    }
    return {**result, "diff": difference(name, found)} if found.changed else result


def told(weights: t.Mapping[str, int]) -> str:
    """Weights as sentences name them."""
    return ", ".join(f"{name} {weight}" for name, weight in weights.items())


def difference(name: str, found: Split) -> dict[str, str]:
    """The weights before and after, a line each."""
    before, after = (
        "".join(f"{key}: {value}\n" for key, value in side.items()) for side in (found.before, found.after)
    )
    title = f"{name} rule {found.rule}"
    return {"before": before, "after": after, "before_header": title, "after_header": title}


def main() -> None:
    """Run the module."""
    workload.run(ARGUMENTS, operate)


if __name__ == "__main__":
    main()
