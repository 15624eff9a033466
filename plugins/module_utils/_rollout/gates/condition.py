# SPDX-License-Identifier: GPL-3.0-or-later
"""``condition``: a JMESPath expression about any one object is true."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import gate
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import REQUIRED, Option
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource, Scope

Json = dict[str, t.Any]

NAME = "condition"
SHORT = ""
OPTIONS = (
    Option("api_version", "text", "v1"),
    Option("kind", "text", REQUIRED),
    Option("name", "text", REQUIRED),
    Option("namespace", "text"),
    Option("jmespath", "text", REQUIRED),
    Option("within", "duration", "1m"),
    Option("during", "flag", False),
)
impossible = gate.possible


def check(options: Json, where: str) -> None:
    """The expression must parse."""
    import jmespath

    try:
        jmespath.compile(options["jmespath"])
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise errors.InvalidInput(
            f"{where}.jmespath: {options['jmespath']!r} is not a JMESPath expression: {reason}."
        ) from None


def scopes(options: Json, workload: Json) -> tuple[Scope, ...]:
    """The one object. ``resource`` is where the API server keeps its kind, found out before anything is written."""
    resource: Resource = options["resource"]
    own = str(objects.metadata(workload)["namespace"])
    namespace = (options["namespace"] or own) if options["namespaced"] else ""
    return (Scope(resource, namespace, fields=f"metadata.name={options['name']}"),)


def judge(options: Json, view: gate.View) -> gate.Reading:
    """With ``during``, once it has been true it has to stay so; ``memory`` is whether it has been."""
    if view.completed is None and not options["during"]:
        return gate.Reading("waiting", "begins when the rollout is complete")
    found = [item for item in view.objects(scopes(options, view.workload)[0]) if objects.name(item) == options["name"]]
    value, message = _value(options, found[0] if found else None)
    measurement = {"value": value}
    if value is True:
        return gate.Reading("holds" if options["during"] else "passed", message, measurement, memory=True)
    hint = f"Look at the object: kubectl get {options['kind'].lower()} {options['name']} -o yaml."
    if view.memory:
        return gate.Reading("failed", f"{message}, after it had been true", measurement, True, hint=hint)
    if view.completed is None:
        return gate.Reading("waiting", message, measurement)
    end = view.completed + options["within"]
    if view.at < end:
        return gate.Reading("waiting", message, measurement, look_again=end)
    late = f"{wording.seconds(options['within'])} after the rollout was complete"
    return gate.Reading("failed", f"{message} {late}", measurement, hint=hint)


def _value(options: Json, item: Json | None) -> tuple[t.Any, str]:
    """What the expression gives, and that in words. Only ``true`` is true: a text or a number is no condition."""
    import jmespath

    title = f"{options['kind']} {options['name']}"
    if item is None:
        return None, f"there is no {title}"
    try:
        value = jmespath.search(options["jmespath"], item)
    except jmespath.exceptions.JMESPathError as error:
        return None, f"{options['jmespath']} of {title}: {' '.join(str(error).split())}"
    if value is None or isinstance(value, bool):
        return value, f"{options['jmespath']} of {title} is {'not there' if value is None else str(value).lower()}"
    return (
        value,
        f"{options['jmespath']} of {title} is {str(value)[:80]!r} and neither true nor false: write a comparison",
    )
