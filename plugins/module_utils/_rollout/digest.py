# SPDX-License-Identifier: GPL-3.0-or-later
"""A result in the few lines that people read after a task: what, from, to, how long, gates, findings, what was done and what is next."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import wording

Json = dict[str, t.Any]


def known(result: t.Mapping[str, t.Any]) -> bool:
    """Whether it is a result of this collection's modules that has more to it than its text, alone or of many workloads."""
    if "timeline" in result or "per_second" in result:
        return "msg" in result
    parts = result.get("results")
    return isinstance(parts, list) and bool(parts) and all(isinstance(part, dict) and known(part) for part in parts)


def lines(result: t.Mapping[str, t.Any]) -> list[str]:
    """The lines. What a failure says is whole already but for its gates."""
    first, *rest = str(result.get("msg") or "It said nothing.").splitlines()
    if not result.get("failed") and result.get("changed") and result.get("status") == "complete":
        first = f"{first.rstrip('.')} in {wording.seconds(float(result.get('seconds') or 0))}."
    return [first, *rest, *_findings(result), *_gates(result)]


def _findings(result: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Those of a rollout that ended well; a failure's text has its own."""
    for finding in [] if result.get("failed") else result.get("findings") or ():
        place = ", ".join(f"{key} {finding[key]}" for key in ("pod", "container") if finding.get(key))
        yield f"  {finding.get('title')}{f' ({place})' if place else ''}: {finding.get('message')}"


def _gates(result: t.Mapping[str, t.Any]) -> list[str]:
    told = [f"{gate.get('gate')} {gate.get('state')}" for gate in result.get("gates") or ()]
    return [f"Gates: {', '.join(told)}."] if told else []
