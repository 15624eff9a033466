# SPDX-License-Identifier: GPL-3.0-or-later
"""What a webhook is told of rollouts: the documents that Slack, and whatever understands its form, or a program of one's own takes."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, outcomes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

Json = dict[str, t.Any]

MOST_SHOWN = 20
"""Slack shows no more of them anyway."""
_LONGEST_TEXT = 2500
_GOOD, _BAD = "#2eb67d", "#e01e5a"


def results_of(given: t.Any) -> tuple[Json, ...]:
    """Those of single workloads within what tasks have registered: alone, in lists, of loops or of ``workloads``. Raises InvalidInput."""
    if isinstance(given, (list, tuple)):
        return tuple(result for item in given for result in results_of(item))
    if not isinstance(given, dict):
        raise errors.InvalidInput(f"results: a {type(given).__name__} is no result; write what a task has registered.")
    if isinstance(given.get("results"), (list, tuple)):
        return results_of(given["results"])
    return () if given.get("skipped") is True else (given,)


def failed(results: t.Iterable[Json]) -> bool:
    """Whether one of them failed."""
    return any(result.get("failed") for result in results)


def generic(results: t.Sequence[Json], report: str = "") -> Json:
    """For programs: one entry for each workload."""
    whole = {"failed": failed(results), "text": _headline(results), "workloads": [_entry(result) for result in results]}
    return {**whole, "report": report} if report else whole


def slack(results: t.Sequence[Json], report: str = "") -> Json:
    """For Slack, Mattermost, Rocket.Chat and others that take its incoming webhooks."""
    text = [_escaped(_headline(results)), *([f"Report: {_escaped(report)}"] if report else [])]
    return {"text": "\n".join(text), "attachments": [_attachment(result) for result in results[:MOST_SHOWN]]}


def _headline(results: t.Sequence[Json]) -> str:
    """Of the first that failed, or the first, and how many there are."""
    bad = [result for result in results if result.get("failed")]
    counted = f" ({len(results)} workloads, {len(bad)} failed)" if len(results) > 1 else ""
    return f"{_lines((bad or results)[0])[0]}{counted}"


def _entry(result: Json) -> Json:
    named = _facts(result, "workload")
    entry: Json = {key: str(named.get(key) or "") for key in ("kind", "namespace", "name")}
    entry |= {
        "outcome": outcomes.outcome(result),
        "changed": bool(result.get("changed")),
        "seconds": result.get("seconds") or 0,
    }
    for side in ("before", "after"):
        entry[side] = {key: _facts(result, side).get(key) for key in ("version", "revision")}
    entry["findings"] = [
        {key: masked(str(finding.get(key) or "")) for key in ("code", "title", "message", "pod", "container")}
        for finding in result.get("findings") or ()
        if isinstance(finding, dict)
    ]
    return {**entry, "text": "\n".join(_lines(result))}


def _attachment(result: Json) -> Json:
    first, *rest = _lines(result)
    entry = _entry(result)
    versions = dict.fromkeys(entry[side]["version"] for side in ("before", "after"))
    facts = {
        "Workload": f"{entry['kind']} {entry['namespace']}/{entry['name']}" if entry["name"] else "",
        "Outcome": entry["outcome"],
        "Version": " \N{RIGHTWARDS ARROW} ".join(str(version) for version in versions if version),
        "Took": f"{entry['seconds']} s" if entry["seconds"] else "",
    }
    # A fence within would end the one around it.
    said = _escaped("\n".join(rest).replace("```", "..."))
    return {
        "color": _BAD if result.get("failed") else _GOOD,
        "fallback": _escaped(first),
        "title": _escaped(first),
        "text": f"```{said}```" if said else "",
        "mrkdwn_in": ["text"],
        "fields": [{"title": key, "value": _escaped(value), "short": True} for key, value in facts.items() if value],
    }


def _lines(result: Json) -> list[str]:
    """What the module said, in a length that fits a message."""
    text = masked(str(result.get("msg") or "")).strip() or "It said nothing."
    return (text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}\N{HORIZONTAL ELLIPSIS}").splitlines()


def _facts(result: Json, key: str) -> Json:
    value = result.get(key)
    return value if isinstance(value, dict) else {}


def _escaped(text: str) -> str:
    """So that nothing in it mentions a channel or becomes a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
