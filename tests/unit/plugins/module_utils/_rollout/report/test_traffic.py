# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.traffic import MOST_SPANS, traffic_of
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_each_second_keeps_its_figures() -> None:
    found = traffic_of(examples.traffic([examples.told("upgrade", 5)], 30, failed_at=(12,)))
    assert found is not None
    assert (len(found.spans), found.requests, found.failed) == (30, 1500, 7)
    assert (found.spans[12].failed, found.spans[12].failures) == (7, {"reset": 7})
    assert found.spans[0].versions == {"1.0": 50}
    assert found.spans[29].versions == {"2.0": 50}


def test_a_long_probe_is_put_together_and_loses_no_request() -> None:
    found = traffic_of(examples.traffic([], 1000, failed_at=(999,)))
    assert found is not None
    assert len(found.spans) <= MOST_SPANS
    assert sum(span.requests for span in found.spans) == found.requests == 50_000
    assert sum(span.failed for span in found.spans) == 7
    assert found.ended == examples.BEGIN + 1000


def test_a_probe_without_answers_has_no_latency() -> None:
    second = {"at": "2026-11-23T10:00:00Z", "requests": 5, "failed_requests": 5, "latency_ms": None, "versions": {}}
    found = traffic_of({"per_second": [second, {"at": "nonsense"}]})
    assert found is not None
    assert (len(found.spans), found.spans[0].p99) == (1, None)
    assert traffic_of({"per_second": []}) is None
