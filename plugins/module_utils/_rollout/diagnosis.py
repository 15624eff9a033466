# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is known of one sick workload as plain text, for somebody who has to do something about it now."""

from __future__ import annotations

import textwrap
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    moments,
    objects,
    overview,
    podwords,
    revisions,
    wording,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    containers,
    event_evidence,
    waiting,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.case import Case

Json = dict[str, t.Any]

SPEAKERS = 2
PODS = 8
EVENTS = 8
REVISIONS = 5
LATE = 15.0
"""Seconds after which a run that has not renewed its Lease has been killed or cut off."""


@dataclass(frozen=True)
class Log:
    """The last lines of a container, of its present run or of the one before it."""

    pod: str
    container: str
    previous: bool
    lines: tuple[str, ...]


def speakers(case: Case, speaking: t.Collection[str]) -> list[tuple[str, str, tuple[bool, ...]]]:
    """Pod, container and which of its runs (True: the one before) are worth hearing.

    One pod for each cause whose code is ``speaking``; without such a cause, the first pod that runs and is not ready.
    """
    states = {
        (objects.name(pod), container["name"]): state
        for pod in (*case.snapshot.new_pods, *case.snapshot.old_pods)
        if objects.active(pod) and not case.kind.is_ready(pod)
        for container, state in containers(pod)
    }
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for finding in case.verdict.findings:
        if finding.code in speaking and (finding.pod, finding.container) in states:
            named.setdefault((finding.code, finding.container), (finding.pod, finding.container))
    others = (place for place, state in states.items() if not state.get("ready") and _runs(state))
    chosen = list(dict.fromkeys(named.values())) or list(others)[:1]
    return [(*place, _runs(states[place])) for place in chosen[:SPEAKERS]]


def _runs(state: Json) -> tuple[bool, ...]:
    """The kubelet gives the log of the last run for both while a container waits to be started again."""
    before = (True,) if objects.number(state, "restartCount") else ()
    return before if waiting(state)[0] else (*before, False)


def told(case: Case, logs: t.Iterable[Log], now: str) -> t.Iterator[str]:
    """The lines: how it is, why, what the cluster says of it, what was rolled out, and what to do. ``now`` in UTC."""
    facts = case.facts
    cause = case.verdict.findings[0].title if case.verdict.findings else facts["message"]
    words = dict.fromkeys(("paused" if facts["paused"] else facts["status"], cause))
    place = f"{facts['kind']} {facts['namespace']}/{facts['name']}"
    yield from _line("", f"{place}, {facts['version']} (revision {facts['revision']}): {', '.join(words)}")
    yield from _line("  ", _counts(case))
    for line in _running(facts["running"], now):
        yield from _line("  ", line)
    for title, lines in (
        ("Why", wording.cause(case.verdict.findings)),
        ("Pods", _pods(case)),
        ("Conditions", _conditions(case.snapshot.workload or {}, now)),
        ("Warnings", _events(case, now)),
    ):
        yield from _section(title, lines)
    for log in logs:
        run = "the run before" if log.previous else "this run"
        yield f"  Log of pod {log.pod}, container {log.container}, {run}:"
        yield from (f"    | {line}" for line in log.lines)
    yield from _section("Rollouts", _rollouts(case, now))
    advice, commands = list(_advice(case, now)), list(_commands(case, now))
    if advice or commands:
        yield "  Next:"
        yield from (line for text in advice for line in _line("    ", text))
        # Whole, to be copied.
        yield from (f"    {wording.plain(text)}" for text in commands)


def _counts(case: Case) -> str:
    facts, status = case.facts, case.verdict.status
    old = f", {status.old} old left" if status.old else ""
    counts = f"{facts['ready']} of {facts['replicas']} new pods ready{old}"
    return f"{counts}; {facts['message']}." if case.verdict.findings and facts["status"] != "failed" else f"{counts}."


def _running(run: Json, now: str) -> t.Iterator[str]:
    if run:
        lost = f"; no sign of it for {overview.age(run['renewed'], now)}" if _is_late(run, now) else ""
        told_last = f" ({run['progress']})" if run["progress"] else ""
        yield f"It is being changed by {run['holder']}: {run['task']}{told_last}{lost}."


def _is_late(run: Json, now: str) -> bool:
    renewed, present = moments.seconds_of(run["renewed"]), moments.seconds_of(now)
    return renewed is not None and present is not None and present - renewed > LATE


def _pods(case: Case) -> t.Iterator[str]:
    """How each pod is, those that are not ready first."""
    pods = (*case.snapshot.new_pods, *case.snapshot.old_pods)
    ready = {objects.name(pod): case.kind.is_ready(pod) for pod in pods}
    states = podwords.states(case.kind, case.snapshot)
    for name in sorted(states, key=lambda name: ready[name])[:PODS]:
        yield f"{name}: {states[name]}"
    if len(states) > PODS:
        yield f"and {len(states) - PODS} more"


def _conditions(workload: Json, now: str) -> t.Iterator[str]:
    for item in objects.status(workload).get("conditions") or ():
        since = overview.age(str(item.get("lastTransitionTime", "")), now)
        reason = f" {item['reason']}" if item.get("reason") else ""
        yield f"{item.get('type')}={item.get('status')} for {since}{reason}: {item.get('message', '')}"


def _events(case: Case, now: str) -> t.Iterator[str]:
    """The last warnings about it, its present revision and its pods that are not ready; what was said of many stands once."""
    snapshot = case.snapshot
    unready = [pod for pod in (*snapshot.new_pods, *snapshot.old_pods) if not case.kind.is_ready(pod)]
    about = {objects.uid(item) for item in (snapshot.workload, snapshot.newest, *unready) if item}
    found: dict[tuple[str, str], list[tuple[Json, Json]]] = {}
    for event in snapshot.events:
        if objects.about(event) in about:
            shown = event_evidence(event)
            kind = str(event["involvedObject"].get("kind", ""))
            found.setdefault((shown["reason"], _without_names(kind, event)), []).append(
                (event["involvedObject"], shown)
            )
    latest = sorted(found.values(), key=lambda alike: max(shown["last_seen"] for _obj, shown in alike), reverse=True)
    for alike in latest[:EVENTS]:
        objs, said = zip(*alike, strict=True)
        newest: Json = max(said, key=lambda each: str(each["last_seen"]))
        times = sum(each["count"] for each in said)
        names = {str(obj.get("name")) for obj in objs}
        where = f"{objs[0].get('kind')} {min(names)}{f' and {len(names) - 1} more' if names - {min(names)} else ''}"
        often = f", {times} times" if times > 1 else ""
        yield f"{overview.age(newest['last_seen'], now)} ago{often}, {where}: {newest['reason']}: {newest['message']}"


def _without_names(kind: str, event: Json) -> str:
    """The message as other objects of that kind may have it, too."""
    obj = event["involvedObject"]
    text = f"{kind} {event.get('message', '')}"
    for name in (obj.get("uid"), obj.get("name")):
        text = text.replace(str(name), "") if name else text
    return text


def _rollouts(case: Case, now: str) -> t.Iterator[str]:
    for entry in case.history[:REVISIONS]:
        notes = (
            "present" if entry.current else "",
            "" if entry.outcome == revisions.UNKNOWN else entry.outcome,
            entry.change_cause,
        )
        yield ", ".join(
            filter(
                None,
                (f"revision {entry.number}: {entry.version}", f"made {overview.age(entry.created, now)} ago", *notes),
            )
        )


def _advice(case: Case, now: str) -> t.Iterator[str]:
    """What the causes ask for, and what to make of a run that is changing it."""
    run = case.facts["running"]
    yield from dict.fromkeys(finding.hint for finding in case.verdict.findings if finding.hint)
    if run and _is_late(run, now):
        yield "That run was killed or cut off: start the same again, and it goes on from there."
    elif run:
        yield "That run decides what becomes of it: wait for its end."


def _commands(case: Case, now: str) -> t.Iterator[str]:
    """The way on or back, where nobody is on it."""
    facts, run = case.facts, case.facts["running"]
    if run and not _is_late(run, now):
        return
    if facts["paused"]:
        yield f"To let it roll: {case.kind.resume_command(case.snapshot.workload or {})}"
    target = revisions.last_good(case.history)
    if target is not None and facts["status"] != "complete":
        names = {"kind": facts["kind"], "namespace": facts["namespace"], "name": facts["name"]}
        options = " ".join(f"-e workload_{key}={value}" for key, value in names.items())
        yield f"To go back to {target.title}: ansible-playbook steady.rollout.rollback {options}"


def _section(title: str, lines: t.Iterable[str]) -> t.Iterator[str]:
    shown = [line for text in lines for line in _line("    ", text)]
    if shown:
        yield f"  {title}:"
        yield from shown


def _line(margin: str, text: str) -> list[str]:
    """The text within the width of the table, the lines after the first further in; words and addresses stay whole."""
    return textwrap.wrap(
        wording.plain(masked(text)),
        overview.WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
