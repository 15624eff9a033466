# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import deploy, gating, operate
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.scale import scale
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import job
from ansible_collections.steady.rollout.tests.unit import samples
from ansible_collections.steady.rollout.tests.unit.films import record
from ansible_collections.steady.rollout.tests.unit.films.replay import Reel, Show, show

Json = dict[str, t.Any]

HTTP = {"http": {"url": "http://shop.lab/", "for": "5s", "rate": 10}}
PROMETHEUS = {"prometheus": {"url": "http://p", "query": "errors", "max": 0.5, "count": 2, "interval": "3s"}}
DEFINITION = {"spec": {"template": {"spec": {"containers": [{"name": "check", "image": "a"}]}}}}
LATENCY = {"p50": 1.0, "p90": 1.0, "p95": 1.0, "p99": 1.0, "max": 1.0}


def second(failed: int) -> Json:
    return {"requests": 10, "failed_requests": failed, "failures": {"reset": failed}, "latency_ms": LATENCY}


@dataclass
class Measuring:
    """Satisfies the ports ``Http`` and ``Measurement``: what a probe or a query finds, as its script says, a second each."""

    clock: t.Any
    script: list[t.Any]
    refuses: str = ""
    begun: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    closed: int = 0
    since: float = 0.0

    def check(self, gate: str, options: Json) -> None:
        """Refuse, if that is in the script."""
        self.checked.append(gate)
        if self.refuses:
            raise errors.InvalidInput(self.refuses)

    def begin(self, gate: str, options: Json) -> Measuring:
        """Begin to count seconds."""
        self.begun.append(gate)
        self.since = self.clock.at
        return self

    def found(self) -> t.Any:
        """The seconds that are over, or the next answer."""
        if self.begun[-1] == "prometheus":
            return self.script[len(self.begun) - 1]
        seconds = [second(failed) for failed in self.script[: int(self.clock.at - self.since)]]
        over = len(seconds) == len(self.script)
        report = {
            "requests": 10 * len(seconds),
            "failed_requests": 0,
            "failures": {},
            "examples": {},
            "latency_ms": LATENCY,
        }
        return {"seconds": seconds, "examples": {"reset": "Connection reset"}, "report": report if over else None}

    def stop(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Count it."""
        self.closed += 1


def gated(stage: Show, *written: t.Any, http: Measuring | None = None, **settings: t.Any) -> Outcome:
    ports = replace(stage.ports, http=http)
    how: Json = {"on_failure": "keep", "gates": gates.parse(list(written)), **settings}
    return upgrade(ports, stage.film.reference, Wanted("2.0"), Settings(**how))


def told(stage: Show) -> list[str]:
    return [line.split("  ", 2)[2] for line in stage.heard.lines]


def test_a_rollout_counts_as_complete_only_once_its_gates_agree() -> None:
    stage = show("upgrade")
    outcome = gated(stage, {"stable_for": "30s"}, {"min_available": 3})
    assert (outcome.failed, outcome.status) == (False, "complete")
    assert [(gate["gate"], gate["state"]) for gate in outcome.gates] == [
        ("stable_for", "passed"),
        ("min_available", "passed"),
    ]
    lines = told(stage)
    complete = lines.index("3/3 new ready, 0 old left: complete")
    assert lines[-2:] == [
        "gate stable_for: stable for 30 s: passed",
        "gate min_available: 3 of 3 pods available: passed",
    ]
    assert complete < len(lines) - 2
    assert outcome.seconds > 30


def test_without_gates_none_are_told() -> None:
    assert gated(show("upgrade")).gates == ()


def test_while_gates_are_waited_for_it_says_which() -> None:
    stage = show("upgrade")
    gated(stage, {"stable_for": "40s"})
    assert told(stage).count("still waiting: complete, but not yet passed: stable_for") == 2


def test_the_timeout_is_for_the_rollout_and_not_for_its_gates() -> None:
    assert not gated(show("upgrade"), {"stable_for": "10m"}, timeout=60.0).failed


def test_a_gate_that_fails_is_the_cause_with_its_measurement() -> None:
    stage = show("upgrade")
    http = Measuring(stage.clock, [0, 1, 0, 0, 0])
    outcome = gated(stage, {"stable_for": "1m"}, HTTP, http=http)
    finding = outcome.findings[0]
    assert (outcome.failed, finding.code, finding.title, finding.severity) == (
        True,
        "gate",
        "gate http failed",
        "terminal",
    )
    assert finding.evidence["failures"] == {"reset": 1}
    assert ": gate http failed.\n  1 of 20 requests to http://shop.lab/ failed" in outcome.message
    assert [gate["state"] for gate in outcome.gates] == ["ended", "failed"]
    assert http.closed == 1


def test_a_probe_that_passes_says_so_in_one_line() -> None:
    stage = show("upgrade")
    outcome = gated(stage, HTTP, http=Measuring(stage.clock, [0] * 5))
    lines = [line for line in told(stage) if "gate" in line]
    assert len(lines) == 1
    assert lines[0].startswith("gate http: 50 requests, 0 failed, p99 1 ms in ")
    assert outcome.gates[0]["measurement"]["requests"] == 50


def test_a_query_is_asked_as_often_as_it_says() -> None:
    stage = show("upgrade")
    http = Measuring(stage.clock, [{"series": [["", "0.1"]]}, {"series": [["", "0.2"]]}])
    outcome = gated(stage, PROMETHEUS, http=http)
    assert http.begun == ["prometheus", "prometheus"]
    assert not outcome.failed
    assert [line for line in told(stage) if "gate" in line] == [
        "gate prometheus: 0.1, at most 0.5, 1 of 2",
        "gate prometheus: 0.2, at most 0.5, 2 of 2: passed",
    ]


def test_a_gate_that_watches_the_rollout_ends_it_in_the_middle() -> None:
    stage = show("upgrade")
    outcome = gated(stage, {"http": {**HTTP["http"], "during": True}}, http=Measuring(stage.clock, [1] * 99))
    assert outcome.failed
    assert "complete" not in " ".join(told(stage)).replace("not complete", "")


def test_a_rollout_that_fails_by_itself_ends_its_gates() -> None:
    stage = show("image_not_found_kept")
    http = Measuring(stage.clock, [0] * 99)
    during = {"http": {**HTTP["http"], "during": True}}
    ports = replace(stage.ports, http=http)
    settings = Settings(on_failure="keep", gates=gates.parse([during, {"stable_for": "1s"}]))
    outcome = upgrade(ports, stage.film.reference, Wanted("9.9"), settings)
    assert outcome.findings[0].code == "image_not_found"
    assert [gate["state"] for gate in outcome.gates] == ["ended", "ended"]
    assert http.closed == 1


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"min_available": 9}, r"^gates\[0\]\.min_available: 9 pods can never be available"),
        (HTTP, r"^gates\[0\]\.http\.url: nonsense\. Nothing was changed\.$"),
    ],
)
def test_what_can_never_hold_is_refused_before_the_first_write(written: Json, words: str) -> None:
    stage = show("upgrade")
    with pytest.raises(errors.InvalidInput, match=words):
        gated(stage, written, http=Measuring(stage.clock, [], refuses="url: nonsense."))
    assert stage.cluster.bodies == []


def test_in_check_mode_gates_are_only_checked() -> None:
    stage = show("upgrade")
    http = Measuring(stage.clock, [])
    assert gated(stage, HTTP, http=http, dry_run=True).gates == ()
    assert (http.checked, http.begun) == (["http"], [])


class Workshop:
    """Creates and deletes Jobs in a film; each ends as it is told to."""

    def __init__(self, stage: Show, *outcome: Json) -> None:
        self.stage, self.outcome = stage, outcome
        self.tried: list[Json] = []
        self.there: dict[str, Json] = {}
        self.deleted: list[str] = []
        stage.cluster.create = self.create  # type: ignore[method-assign]
        stage.cluster.delete = self.delete  # type: ignore[method-assign]
        stage.cluster.open_feed = lambda _scopes: Seeing(stage.cluster, self)  # type: ignore[method-assign]

    def create(self, resource: t.Any, namespace: str, manifest: Json, *, dry_run: bool = False) -> Json:
        assert (resource, namespace) == (resources.JOB, "shop")
        if dry_run:
            self.tried.append(manifest)
            return manifest
        made = {**copy.deepcopy(manifest), "metadata": {**manifest["metadata"], "uid": "u1"}}
        self.there = {"Job": samples.having(made, {"status": self.outcome[0]})}
        return made

    def delete(self, resource: t.Any, namespace: str, name: str, *, uid: str = "") -> None:
        assert (resource, uid) == (resources.JOB, "u1")
        self.deleted.append(name)


class Seeing(Reel):
    """A feed that sees the Job as well."""

    def __init__(self, projector: t.Any, shop: Workshop) -> None:
        super().__init__(projector)
        self.shop = shop

    def objects(self, scope: t.Any) -> list[Json]:
        if scope.labels.startswith(job.LABEL):
            return [item for item in self.shop.there.values() if item["kind"] == scope.resource.kind]
        return super().objects(scope)


SUCCEEDED = {"conditions": [{"type": "Complete", "status": "True"}]}


def test_a_job_is_tried_before_the_first_write_run_and_removed() -> None:
    stage = show("upgrade")
    shop = Workshop(stage, SUCCEEDED)
    outcome = gated(stage, {"job": {"definition": DEFINITION}})
    assert not outcome.failed
    assert outcome.gates[0]["state"] == "passed"
    assert len(shop.tried) == 1
    assert shop.deleted == [shop.tried[0]["metadata"]["name"]]


def test_a_job_that_fails_fails_the_rollout_and_is_removed() -> None:
    stage = show("upgrade")
    shop = Workshop(stage, samples.recorded("job_failed")["status"])
    outcome = gated(stage, {"job": {"definition": DEFINITION}})
    assert outcome.findings[0].title == "gate job failed"
    assert len(shop.deleted) == 1


def test_a_first_deployment_is_gated_and_owns_its_job() -> None:
    stage = show("deploy")
    shop = Workshop(stage, SUCCEEDED)
    written = [{"min_available": 3}, {"stable_for": "3s"}, {"restarts_below": 1}, {"job": {"definition": DEFINITION}}]
    manifest = record.manifest(stage.film.reference, "registry.lab:5000/app:1.0")
    outcome = deploy.deploy(stage.ports, manifest, Settings(gates=gates.parse(written)))
    assert [gate["state"] for gate in outcome.gates] == ["passed"] * 4
    assert shop.tried[0]["metadata"]["ownerReferences"] == []
    assert shop.there["Job"]["metadata"]["ownerReferences"][0]["name"] == "app"


@pytest.mark.parametrize("film", ["scale_up", "scale_down"])
def test_scaling_is_gated_by_the_number_of_pods_that_there_will_be(film: str) -> None:
    stage = show(film)
    replicas = stage.film.scenes[stage.film.written]["body"]["spec"]["replicas"]
    how = {"restarts_below": 2}, {"stable_for": "1s"}
    with pytest.raises(errors.InvalidInput, match="can never be available"):
        scale(
            stage.ports, stage.film.reference, replicas, Settings(gates=gates.parse([{"min_available": replicas + 1}]))
        )
    passed = scale(
        stage.ports, stage.film.reference, replicas, Settings(gates=gates.parse([{"min_available": replicas}, *how]))
    )
    assert [gate["state"] for gate in passed.gates] == ["passed"] * 3, passed.gates


class Stopped(Exception):
    """Somebody asked the module to stop."""


def test_a_job_is_removed_when_the_run_is_stopped() -> None:
    stage = show("upgrade")
    shop = Workshop(stage, {})

    class Interrupting(Seeing):
        def wait(self, timeout: float) -> bool:
            if self.shop.there:
                raise Stopped
            return super().wait(timeout)

    stage.cluster.open_feed = lambda _scopes: Interrupting(stage.cluster, shop)  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        gated(stage, {"job": {"definition": DEFINITION}})
    assert len(shop.deleted) == 1


def test_a_job_that_cannot_be_made_any_more_fails_its_gate() -> None:
    stage = show("upgrade")
    shop = Workshop(stage, SUCCEEDED)
    made = shop.create

    def refused(*arguments: t.Any, dry_run: bool = False) -> Json:
        if not dry_run:
            raise errors.Rejected("The API server refused to create Job shop/a: exceeded quota")
        return made(*arguments, dry_run=True)

    stage.cluster.create = refused  # type: ignore[method-assign]
    outcome = gated(stage, {"job": {"definition": DEFINITION}})
    assert outcome.findings[0].message == "The API server refused to create Job shop/a: exceeded quota"


def test_a_job_that_was_made_although_the_answer_was_lost_is_found_again() -> None:
    stage = show("upgrade")
    shop = Workshop(stage, SUCCEEDED)
    made, read = shop.create, stage.cluster.read

    def lost(*arguments: t.Any, dry_run: bool = False) -> Json:
        answer = made(*arguments, dry_run=dry_run)
        if dry_run:
            return answer
        raise errors.Conflict("Job exists already.")

    stage.cluster.create = lost  # type: ignore[method-assign]
    stage.cluster.read = lambda resource, *where: (  # type: ignore[method-assign]
        {"metadata": {"uid": "u1"}} if resource == resources.JOB else read(resource, *where)
    )
    assert not gated(stage, {"job": {"definition": DEFINITION}}).failed
    assert len(shop.deleted) == 1


def test_a_rollback_has_to_pass_the_gates_that_are_meant_for_it_and_no_version_that_failed() -> None:
    from ansible_collections.steady.rollout.plugins.module_utils._operation import gating
    from ansible_collections.steady.rollout.plugins.module_utils._operation.operate import start

    written = [
        {"http": {"url": "http://a/", "version": "2.0", "version_path": "v"}},
        {"stable_for": {"for": "1s", "on_rollback": False}},
        {"http": {"url": "http://a/", "during": True}},
        {"min_available": 1},
        {"job": {"definition": DEFINITION}},
    ]
    stage = show("upgrade")
    roll = start(stage.ports, stage.film.reference, Settings(gates=gates.parse(written)))
    kept = gating.for_rollback(roll).settings.gates
    assert [gate.label for gate in kept] == ["http 1", "http 2", "min_available", "job"]
    assert kept[0].options["version"] is None
    assert [gate.options["during"] for gate in kept[1:3]] == [False, True]
    assert kept[3].options["id"]


def test_a_rollback_has_no_two_versions_to_compare() -> None:
    """What compares both sides, or counts their shares, ends with the version that failed."""
    share = {"share": {"url": "http://shop.lab/", "version": "2.0", "weight": 5, "version_path": "version"}}
    given = gates.parse([HTTP, {"compare": "http://shop.lab/"}, share, "old_pods_gone"])
    stage = show("upgrade")
    roll = operate.start(stage.ports, stage.film.reference, Settings(gates=given))
    kept = gating.for_rollback(roll).settings.gates
    assert [gate.form.NAME for gate in kept] == ["http", "old_pods_gone"]
