# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for any object by JMESPath: when it is as wanted, and when it will never be."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import Resource
from ansible_collections.steady.rollout.plugins.module_utils._rollout.status import Status
from ansible_collections.steady.rollout.plugins.module_utils._rollout.unrolled import Unrolled

Json = dict[str, t.Any]
LONGEST = 300
"""Characters of an object's own words that are shown."""


@dataclass(frozen=True)
class Goal:
    """What an object of a kind that nobody here knows is waited for to be."""

    api_version: str
    success: str
    failure: str = ""


def goal(api_version: str, success: str, failure: str) -> Goal | None:
    """The goal that these options mean; None where they are empty. Raises InvalidInput for what does not parse or go together."""
    if not success:
        given = [option for option, value in (("api_version", api_version), ("failure_condition", failure)) if value]
        if given:
            raise errors.InvalidInput(
                f"{given[0]} needs success_condition: the JMESPath expression that is to be true."
            )
        return None
    if not api_version:
        raise errors.InvalidInput(
            "success_condition needs api_version: the group and version of the kind, example.com/v1."
        )
    for option, expression in (("success_condition", success), ("failure_condition", failure)):
        _check(option, expression)
    return Goal(api_version, success, failure)


def kind(resource: Resource, wanted: Goal) -> Unrolled:
    """The kind of object that is judged by these expressions."""
    return Unrolled(resource, functools.partial(judge, wanted))


def judge(wanted: Goal, item: Json) -> Status:
    """How far the object is. Success beats failure, as ready beats failed everywhere."""
    if value(wanted.success, item) is True:
        return Status(True, f"{wanted.success} is true", words=told(item))
    if wanted.failure and value(wanted.failure, item) is True:
        return Status(False, f"{wanted.failure} is true: {told(item)}", words=told(item), failed=True)
    found = value(wanted.success, item)
    amiss = "" if found is None or found is False else f"; it gives {str(found)[:80]!r}: write a comparison"
    return Status(False, f"{wanted.success} is not true{amiss}: {told(item)}", words=told(item))


def value(expression: str, item: Json) -> t.Any:
    """What the expression gives; None where it cannot be applied to the object as it is (yet)."""
    import jmespath

    try:
        return jmespath.search(expression, item)
    except jmespath.exceptions.JMESPathError:
        return None


def told(item: Json) -> str:
    """The object's own words about its state: phase and conditions."""
    status = objects.status(item)
    if not isinstance(status, dict):
        return masked(f"its status is {status}")[:LONGEST]
    words = [f"phase {status['phase']}"] if isinstance(status.get("phase"), str) else []
    conditions = status.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if isinstance(condition, dict):
            reason = condition.get("message") or condition.get("reason") or ""
            words.append(f"{condition.get('type')} {condition.get('status')}{f' ({reason})' if reason else ''}")
    return masked(", ".join(words))[:LONGEST] or "it says nothing of its state"


def _check(option: str, expression: str) -> None:
    import jmespath

    try:
        if expression:
            jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise errors.InvalidInput(f"{option}: {expression!r} is not a JMESPath expression: {reason}.") from None
