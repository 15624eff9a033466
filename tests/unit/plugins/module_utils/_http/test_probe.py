# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import samples, version
from ansible_collections.steady.rollout.plugins.module_utils._http.plan import Plan
from ansible_collections.steady.rollout.plugins.module_utils._http.probe import Probe, Report
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

READ_VERSION = version.by_pattern(r"Version (\S+)")


def run(url: str, rate: float = 200, duration: float = 0.1, **options: t.Any) -> Report:
    return Probe(Plan(url, rate, duration, **options), READ_VERSION).run()


def adds_up(report: Report) -> bool:
    """Whether every request is in exactly one place, in the total, in the seconds and in the kinds of connection."""
    total = report.total
    return (
        total.requests == sum(record["requests"] for record in report.seconds)
        and total.requests == sum(tally.requests for tally in report.by_connection.values())
        and total.failed == sum(record["failed_requests"] for record in report.seconds)
        and total.failed == sum(total.failures.values())
    )


def test_every_request_of_the_schedule_is_sent_once(healthy: t.Any) -> None:
    report = run(healthy.url)
    assert (report.total.requests, report.total.failed, len(healthy.requests)) == (20, 0, 20)
    assert report.total.versions == {"1.0": 20}
    assert adds_up(report)
    assert not report.stopped_early


@pytest.mark.parametrize(("connections", "kept", "new"), [("keep_alive", 20, 0), ("new", 0, 20), ("both", 10, 10)])
def test_kept_and_new_connections_are_used_as_asked(healthy: t.Any, connections: t.Any, kept: int, new: int) -> None:
    report = run(healthy.url, connections=connections)
    assert {kind: tally.requests for kind, tally in report.by_connection.items()} == {"keep_alive": kept, "new": new}
    assert new <= healthy.connections <= new + 10


def test_a_second_is_reported_as_soon_as_its_requests_have_ended(healthy: t.Any) -> None:
    told: list[dict[str, t.Any]] = []
    report = Probe(Plan(healthy.url, 200, 0.1), READ_VERSION).run(told.append)
    assert told == report.seconds
    assert [(record["second"], record["requests"], record["at"][-1]) for record in told] == [(0, 20, "Z")]


def test_requests_that_wait_for_a_stalled_server_count_their_delay(serve: t.Any) -> None:
    answer_now = threading.Event()

    def stalling(peer: t.Any, _number: int) -> None:
        peer.request()
        threading.Timer(0.3, answer_now.set).start()  # when all are due, whenever the first came
        answer_now.wait()
        while True:
            peer.answer()
            peer.request()

    probe = Probe(Plan(serve(stalling).url, 100, 0.2, concurrency=1, connections="keep_alive"), READ_VERSION)
    report = probe.run()
    assert (report.total.requests, report.total.failed) == (20, 0)
    assert sorted(report.total.latencies)[10] > 0.1, "at least half of them were due while the server stalled"


def test_requests_that_no_sender_was_free_for_are_counted_as_unsent(serve: t.Any) -> None:
    report = run(serve(lambda peer, _number: peer.stall()).url, rate=100, duration=0.3, concurrency=1, timeout=0.05)
    kinds = report.total.failures
    assert kinds[samples.TIMEOUT] >= 1
    assert kinds[samples.UNSENT] >= 10
    assert kinds[samples.TIMEOUT] + kinds[samples.UNSENT] == report.total.requests == 30
    assert report.examples[samples.UNSENT] == "all 1 senders were busy for more than 0.05 s"
    assert adds_up(report)


def test_every_kind_of_failure_adds_up(serve: t.Any) -> None:
    def moody(peer: t.Any, number: int) -> None:
        peer.request()
        if number % 4 == 0:
            peer.answer()
        elif number % 4 == 1:
            peer.answer(status="503 Service Unavailable")
        elif number % 4 == 2:
            peer.reset()
        else:
            peer.answer("something else")

    report = run(serve(moody).url, connections="new")
    assert report.total.requests == 20
    assert report.total.failures == {samples.STATUS_5XX: 5, samples.RESET: 5, samples.UNEXPECTED: 5}
    assert adds_up(report)


def test_a_stop_ends_the_schedule_and_reports_what_was_measured(serve: t.Any) -> None:
    def answer_and_stop(peer: t.Any, _number: int) -> None:
        while True:
            peer.request()
            peer.answer()
            if len(server.requests) >= 5:  # several threads count, and may pass five together
                probe.stop()

    server = serve(answer_and_stop)
    probe = Probe(Plan(server.url, 100, 30, connections="keep_alive"), READ_VERSION)
    report = probe.run()
    assert report.stopped_early
    assert 5 <= report.total.requests == len(server.requests) < 100
    assert adds_up(report)


def test_a_stop_before_the_first_request_reports_nothing(healthy: t.Any) -> None:
    probe = Probe(Plan(healthy.url, 100, 30), READ_VERSION)
    probe.stop()
    report = probe.run()
    assert (report.total.requests, report.seconds, report.stopped_early) == (0, [], True)


def test_a_report_that_cannot_be_written_ends_the_probe(healthy: t.Any) -> None:
    def full(_record: dict[str, t.Any]) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        Probe(Plan(healthy.url, 100, 0.1), READ_VERSION).run(full)


def test_a_plan_that_makes_no_sense_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(errors.InvalidInput, match=r"^rate: 0 "):
        Probe(Plan("http://127.0.0.1/", rate=0, duration=1))
