# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates along with a wait: a complete rollout counts as such once every gate holds, and a gate that fails fails it."""

from __future__ import annotations

import contextlib
import hashlib
import math
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import evidence
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates, objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import job
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate, Outlook, Reading, View
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Cluster, Measurement, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll
    from ansible_collections.steady.rollout.plugins.module_utils._operation.waiting import Look
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.verdict import Verdict

Json = dict[str, t.Any]

NOT_BEGUN = Reading("waiting", "it did not begin")
PACE = 1.0
"""Seconds between two lines about the same gate."""


def prepared(roll: Roll, workload: Json, *, rolls: bool) -> Roll:
    """The roll, its gates made ready for the workload as it will be. Raises InvalidInput or Refused for one that can never hold."""
    ready = tuple(_prepared(roll, gate, workload, rolls) for gate in roll.settings.gates)
    return replace(roll, settings=replace(roll.settings, gates=ready)) if ready else roll


def _prepared(roll: Roll, gate: Gate, workload: Json, rolls: bool) -> Gate:
    cluster = roll.ports.cluster
    try:
        gate = replace(gate, options={**gate.options, **_found_out(roll, gate)})
        if gate.form.NAME in gates.OVER_HTTP and (gate.form.NAME not in gates.SIDED or "sides" in gate.options):
            _http(roll.ports).check(gate.form.NAME, gate.options)
        if gate.form.NAME == job.NAME:
            manifest = job.manifest(gate.options, workload)
            cluster.create(resources.JOB, roll.reference.namespace, manifest, dry_run=True)
    except errors.InvalidInput as reason:
        raise errors.InvalidInput(f"{gate.where}.{reason} Nothing was changed.") from None
    except (errors.NotFound, errors.Rejected, errors.Forbidden) as reason:
        raise errors.Refused(f"{gate.where}: {reason} Nothing was changed.") from None
    refusal = gate.form.impossible(gate.options, Outlook(roll.kind, workload, rolls, cluster.list))
    if refusal:
        raise errors.InvalidInput(f"{gate.where}: {refusal} Nothing was changed.")
    return gate


def _found_out(roll: Roll, gate: Gate) -> Json:
    """What a gate has to know of the cluster, or has to be given, before it can be looked at."""
    if gate.form.NAME == "condition":
        resource, namespaced = roll.ports.cluster.find(gate.options["api_version"], gate.options["kind"])
        return {"resource": resource, "namespaced": namespaced}
    if gate.form.NAME == job.NAME:
        return {"id": _unique(roll, gate, "")}
    return {}


def _unique(roll: Roll, gate: Gate, more: str) -> str:
    seed = f"{roll.reference} {roll.settings.holder} {roll.ports.clock.now()} {roll.ports.clock.monotonic()} {gate.where} {more}"
    return hashlib.sha256(seed.encode()).hexdigest()[:8]


def for_rollback(roll: Roll) -> Roll:
    """The roll with the gates that a rollback has to pass: all that are meant for it, none asking for the version that has failed.

    That version still answers when the rollback begins, so nothing is measured over HTTP before it is gone; and there are no two
    versions any more whose shares or answers could be compared.
    """
    kept = [gate for gate in roll.settings.gates if gate.options["on_rollback"] and gate.form.NAME not in gates.OF_TWO]
    changed = tuple(replace(gate, options={**gate.options, **_anew(roll, gate)}) for gate in kept)
    return replace(roll, settings=replace(roll.settings, gates=changed))


def _anew(roll: Roll, gate: Gate) -> Json:
    if gate.form.NAME == job.NAME:
        return {"id": _unique(roll, gate, "rollback")}
    changed = {"version": None} if gate.form.NAME == "http" else {}
    return {**changed, "during": False} if gate.form.NAME in gates.OVER_HTTP else changed


def _http(ports: Ports) -> t.Any:
    if ports.http is None:
        raise AssertionError("a gate measures over HTTP, and nothing that can was given")
    return ports.http


def results(steps: t.Iterable[t.Any]) -> tuple[Json, ...]:
    """What became of the gates among the steps of a wait that has ended."""
    return tuple(result for step in steps if isinstance(step, Gating) for result in step.results())


@dataclass
class Run:
    """One gate while it is looked at."""

    gate: Gate
    reading: Reading = NOT_BEGUN
    began: float = 0.0
    ended: float = 0.0
    told: str = ""
    told_at: float = -math.inf
    measurement: Measurement | None = None

    @property
    def over(self) -> bool:
        """Whether its answer is final."""
        return self.reading.state in ("passed", "failed")


class Gating:
    """The step of a wait that holds a rollout back until its gates agree."""

    def __init__(self, roll: Roll, workload: Json) -> None:
        self._roll = roll
        self._runs = [Run(gate) for gate in roll.settings.gates]
        self._began: float | None = None
        self._completed: float | None = None
        self._agreed = False
        scopes = (scope for run in self._runs for scope in run.gate.form.scopes(run.gate.options, workload))
        self.scopes = tuple(dict.fromkeys(scopes))

    def look(self, look: Look) -> Verdict:
        """The verdict: held back while a gate waits, failed when one has failed. A rollout that fails by itself ends them."""
        verdict = look.verdict
        if verdict.phase == "failed":
            return verdict
        self._began = look.at if self._began is None else self._began
        if verdict.phase == "complete" and self._completed is None:
            self._completed = look.at
        for run in self._runs:
            if not run.over:
                self._judge(run, look)
        failed = [run for run in self._runs if run.reading.state == "failed"]
        if failed:
            found = tuple(self._finding(run) for run in failed)
            message = " and ".join(finding.title for finding in found)
            return replace(verdict, phase="failed", message=message, findings=(*found, *verdict.findings))
        waiting = [run for run in self._runs if run.reading.state == "waiting"]
        again = min((run.reading.look_again for run in self._runs), default=math.inf)
        if waiting or verdict.phase != "complete":
            labels = ", ".join(run.gate.label for run in waiting)
            message = f"complete, but not yet passed: {labels}" if verdict.phase == "complete" else verdict.message
            return replace(verdict, phase="progressing", message=message, look_again=min(verdict.look_again, again))
        self._agreed = True
        for run in self._runs:
            if not run.over:
                self._say(run, f"{run.reading.message}: passed", look.at)
        return verdict

    def close(self) -> None:
        """End what is still being measured. Never raises."""
        for run in self._runs:
            self._end(run)

    def results(self) -> tuple[Json, ...]:
        """Each gate with what became of it: passed, failed, or ended by something else before it could be either."""
        now = self._roll.ports.clock.monotonic()

        def state(run: Run) -> str:
            return run.reading.state if run.over else "passed" if self._agreed else "ended"

        def result(run: Run) -> Json:
            took = round((run.ended or now) - run.began, 3) if run.began else 0.0
            told = {"gate": run.gate.label, "state": state(run), "message": run.reading.message, "seconds": took}
            return {**told, "measurement": run.reading.measurement} if run.reading.measurement else told

        return tuple(result(run) for run in self._runs)

    def _judge(self, run: Run, look: Look) -> None:
        view = View(
            at=look.at,
            began=look.at if self._began is None else self._began,
            completed=self._completed,
            complete=look.verdict.phase == "complete",
            kind=self._roll.kind,
            snapshot=look.snapshot,
            status=look.verdict.status,
            objects=look.objects,
            memory=run.reading.memory,
            measured=run.measurement.found() if run.measurement else None,
        )
        run.reading = run.gate.judge(view)
        if not run.began and (
            run.reading.want == "begin" or run.reading.state == "holds" or self._completed is not None
        ):
            run.began = look.at
        self._act(run, look)
        if run.over:
            run.ended = look.at
            self._say(run, f"{run.reading.message}: {run.reading.state}", look.at)
        elif run.reading.state == "waiting" and run.began and look.at >= run.told_at + PACE:
            self._say(run, run.reading.message, look.at)

    def _act(self, run: Run, look: Look) -> None:
        """Do what the gate wants done about its measurement."""
        if run.reading.want == "stop" and run.measurement:
            run.measurement.stop()
        elif run.reading.want == "drop":
            self._end(run)
        elif run.reading.want == "begin":
            self._end(run)
            try:
                run.measurement = self._begin(run.gate, look.snapshot.workload or {})
            except errors.LeaseLost:
                raise
            except errors.RolloutError as reason:
                run.reading = Reading("failed", str(reason))

    def _begin(self, gate: Gate, workload: Json) -> Measurement:
        if gate.form.NAME == job.NAME:
            return RunningJob(self._roll.ports.cluster, job.manifest(gate.options, workload))
        begun: Measurement = _http(self._roll.ports).begin(gate.form.NAME, gate.options)
        return begun

    def _end(self, run: Run) -> None:
        if run.measurement:
            with contextlib.suppress(errors.RolloutError):
                run.measurement.close()
            run.measurement = None

    def _say(self, run: Run, text: str, at: float) -> None:
        if text and text != run.told:
            run.told, run.told_at = text, at
            self._roll.journal.say(f"gate {run.gate.label}: {text}")

    def _finding(self, run: Run) -> Finding:
        reading = run.reading
        figures = {key: value for key, value in reading.measurement.items() if key != "per_second"}
        finding = Finding(
            code="gate",
            title=f"gate {run.gate.label} failed",
            message=masked(reading.message),
            pod=reading.pod,
            container=reading.container,
            hint=reading.hint,
            evidence={"gate": run.gate.label, **figures},
            severity="terminal",
        )
        if not reading.pod:
            return finding
        return replace(
            finding, logs=evidence.last_lines(self._roll.ports.cluster, self._roll.reference.namespace, finding)
        )


class RunningJob:
    """Satisfies ``Measurement``: a Job in the cluster, which its gate sees there; deleted when it is ended."""

    def __init__(self, cluster: Cluster, manifest: Json) -> None:
        self._cluster = cluster
        self._namespace, self._name = str(objects.metadata(manifest)["namespace"]), objects.name(manifest)
        try:
            self._uid = objects.uid(cluster.create(resources.JOB, self._namespace, manifest))
        except errors.Conflict:
            # No other run chooses this name: the answer to a first try was lost.
            self._uid = objects.uid(cluster.read(resources.JOB, self._namespace, self._name))

    def found(self) -> None:
        """Nothing: the gate sees it in the feed."""

    def stop(self) -> None:
        """It ends by itself, or with ``close``."""

    def close(self) -> None:
        """Delete it, with its pods."""
        self._cluster.delete(resources.JOB, self._namespace, self._name, uid=self._uid)
