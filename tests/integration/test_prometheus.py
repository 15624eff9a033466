# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate ``prometheus`` against a real Prometheus: within, outside, no data and an error are four things."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.upgrade import Wanted, upgrade
from ansible_collections.steady.rollout.plugins.module_utils._operation.wait import wait
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates, kinds
from ansible_collections.steady.rollout.tests.integration import accounts, prometheus

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

pytestmark = pytest.mark.xdist_group("test_prometheus")  # they share what is made once for a worker
Json = dict[str, t.Any]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[prometheus.Prometheus]:
    with prometheus.running(tmp_path_factory.mktemp("prometheus")) as started:
        yield started


class Ending(accounts.Told):
    """Ends the Prometheus as soon as a first measurement is told."""

    def __init__(self, asked: prometheus.Prometheus) -> None:
        super().__init__()
        self._asked = asked

    def say(self, text: str, **_how: object) -> None:
        """One line."""
        if " of 30" in text and not any(" of 30" in line for line in self.lines):
            self._asked.end()
        super().say(text)


@pytest.fixture
def application(cluster: ApiCluster, namespace: str) -> Reference:
    return accounts.given_running_application(cluster, namespace)


def settings(url: str, **options: t.Any) -> Settings:
    written = {"url": url, "interval": "1s", "timeout": "20s", **options}
    return Settings(timeout=120.0, holder="tests", gates=gates.parse([{"prometheus": written}]))


def upgraded(cluster: ApiCluster, reference: Reference, url: str, **options: t.Any) -> Outcome:
    return upgrade(accounts.ports(cluster), reference, Wanted("2.0"), settings(url, **options))


def waited(cluster: ApiCluster, reference: Reference, url: str, **options: t.Any) -> Outcome:
    return wait(accounts.ports(cluster), reference, settings(url, **options))


def outcomes(outcome: Outcome) -> list[str]:
    return [item["outcome"] for item in outcome.gates[0]["measurement"]["measurements"]]


def test_a_value_within_its_limits_passes_as_often_as_asked(
    cluster: ApiCluster, application: Reference, measured: prometheus.Prometheus
) -> None:
    outcome = upgraded(cluster, application, measured.url, query="up", min=1, count=3)
    assert not outcome.failed, outcome.message
    assert outcomes(outcome) == ["passed"] * 3
    assert outcome.gates[0]["message"].startswith('1 {instance="127.0.0.1:')


def test_a_value_outside_is_rolled_back(
    cluster: ApiCluster, application: Reference, measured: prometheus.Prometheus
) -> None:
    outcome = upgraded(cluster, application, measured.url, query="up", max=0, on_rollback=False)
    assert outcome.findings[0].title == "gate prometheus failed"
    assert outcomes(outcome) == ["failed"]
    assert outcome.rolled_back["version"] == "1.0"
    image = cluster.read(kinds.named("Deployment").RESOURCE, application.namespace, "app")["spec"]["template"]["spec"]
    assert image["containers"][0]["image"].endswith(":1.0")


def test_within_outside_and_without_data_are_told_apart(
    cluster: ApiCluster, application: Reference, measured: prometheus.Prometheus
) -> None:
    for query, counted_as, became, failed in (
        ("nothing_such", "fail", "no data", True),
        ("vector(0) / vector(0)", "fail", "no data", True),
        ("nothing_such", "pass", "no data", False),
        ("vector(1) / vector(0)", "pass", "failed", True),
        ("scalar(up)", "fail", "passed", False),
        ("prometheus_http_requests_total >= 0", "fail", "failed", True),
    ):
        outcome = waited(cluster, application, measured.url, query=query, max=1, min=-1, on_no_data=counted_as)
        assert (outcomes(outcome), outcome.failed) == ([became], failed), query


def test_a_query_that_prometheus_cannot_read_is_refused_before_the_first_write(
    cluster: ApiCluster, application: Reference, measured: prometheus.Prometheus
) -> None:
    resource = kinds.named("Deployment").RESOURCE
    before = cluster.read(resource, application.namespace, "app")
    for query, words in (("sum(", "parse error"), ("up[5m]", "the query gives a matrix")):
        with pytest.raises(errors.InvalidInput, match=rf"^gates\[0\]\.prometheus\.query: .*{words}"):
            upgraded(cluster, application, measured.url, query=query, max=1)
    assert (
        cluster.read(resource, application.namespace, "app")["metadata"]["generation"]
        == before["metadata"]["generation"]
    )


def test_one_that_goes_away_is_an_error_and_asked_again(
    cluster: ApiCluster, application: Reference, tmp_path: t.Any
) -> None:
    with prometheus.running(tmp_path) as leaving:
        asked = settings(leaving.url, query="up", min=1, count=30, max_ignored=2)
        outcome = wait(replace(accounts.ports(cluster), progress=Ending(leaving)), application, asked)
    assert outcome.failed
    assert outcomes(outcome)[0] == "passed"
    assert outcomes(outcome)[-3:] == ["error"] * 3
    assert outcome.findings[0].message.endswith("(3 measurements in a row without a result)")


def test_two_sides_are_asked_the_same_and_compared(
    cluster: ApiCluster, application: Reference, measured: prometheus.Prometheus
) -> None:
    """There are more series whose names begin with prometheus than with process: the sides are told by that here."""
    query = 'count({__name__=~"${service}_.*"})'
    written = gates.parse([{"compare_query": {"url": measured.url, "query": query, "interval": "1s", "count": 2}}])
    many, few = ({"service": name, "deployment": name, "headers": {}} for name in ("prometheus", "process"))
    for new, old, state in ((few, many, "passed"), (many, few, "failed")):
        chosen = Settings(timeout=120.0, holder="tests", gates=gates.beside(written, {"new": new, "old": old}))
        outcome = wait(accounts.ports(cluster), application, chosen)
        assert outcome.gates[0]["state"] == state
        assert " of the old version, at most " in outcome.gates[0]["message"]
    with pytest.raises(errors.InvalidInput, match="compares two versions side by side, and there are none here"):
        wait(accounts.ports(cluster), application, Settings(timeout=120.0, holder="tests", gates=written))
