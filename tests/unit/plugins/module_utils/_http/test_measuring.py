# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import measuring
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors, gates

Json = dict[str, t.Any]

HTTP = measuring.HttpMeasures()


def options(name: str, **written: t.Any) -> Json:
    (gate,) = gates.parse([{name: written}])
    return gate.options


def until(found: t.Callable[[], t.Any]) -> t.Any:
    """What is found once something is, looked for again and again for at most five seconds."""
    pause = threading.Event()
    for _attempt in range(500):
        if found():
            return found()
        pause.wait(0.01)
    raise AssertionError("nothing was found")


def test_a_probe_runs_in_the_background_and_tells_all_in_the_end(healthy: t.Any) -> None:
    begun = HTTP.begin("http", options("http", url=healthy.url, **{"for": "200ms", "rate": 50}))
    assert begun.found() == {"seconds": [], "examples": {}, "report": None}
    report = until(lambda: begun.found()["report"])
    assert (report["requests"], report["failed_requests"]) == (10, 0)
    assert [second["requests"] for second in begun.found()["seconds"]] == [10]


def test_a_probe_along_with_a_rollout_ends_when_it_is_told_to(healthy: t.Any) -> None:
    wanted = options("http", url=healthy.url, during=True, rate=50)
    assert measuring.plan_of(wanted).duration == durations.LONGEST
    begun = HTTP.begin("http", wanted)
    begun.stop()
    assert until(lambda: begun.found()["report"])["stopped_early"]


def test_what_the_first_failure_said_is_known_while_it_runs(nobody: str) -> None:
    begun = HTTP.begin("http", options("http", url=nobody, rate=50, during=True))
    assert until(lambda: begun.found()["examples"]) == {"connect": "Connection refused"}
    begun.close()


@pytest.mark.parametrize(
    ("expected", "detail"),
    [
        ({"text": "Version 2.0"}, "'Version 2.0' is not in the answer: App Version 1.0 running on host: a"),
        ({"version": "2.0", "version_pattern": r"Version (\S+)"}, "version 1.0 answered, not 2.0"),
    ],
)
def test_an_answer_with_something_else_in_it_is_a_failure(healthy: t.Any, expected: Json, detail: str) -> None:
    begun = HTTP.begin("http", options("http", url=healthy.url, **{"for": "100ms"}, **expected))
    report = until(lambda: begun.found()["report"])
    assert report["failures"]["unexpected"] == report["requests"]
    assert report["examples"] == {"unexpected": detail}


def test_a_query_runs_in_the_background(nobody: str) -> None:
    begun = HTTP.begin("prometheus", options("prometheus", url=nobody, query="up", min=1))
    assert until(begun.found) == {"error": "Connection refused", "permanent": False}
    begun.close()


SIDES = {side: {"service": side, "deployment": side, "headers": {"track": side}} for side in ("new", "old")}


def test_a_comparison_asks_both_sides_in_step_each_with_its_header(healthy: t.Any) -> None:
    wanted = options("compare", url=healthy.url, **{"for": "1s", "rate": 30})
    begun = HTTP.begin("compare", {**wanted, "sides": SIDES})
    HTTP.check("compare", wanted)
    found = until(lambda: all(side["report"] for side in begun.found().values()) and begun.found())
    assert [len(found[side]["seconds"][0]["latencies"]) for side in ("new", "old")] == [30, 30]
    for side in (b"new", b"old"):
        assert sum(b"track: " + side in request for request in healthy.requests) == 30


def test_a_compared_query_is_asked_for_both_sides(nobody: str) -> None:
    wanted = {**options("compare_query", url=nobody, query='up{s="$service"}'), "sides": SIDES}
    HTTP.check("compare_query", wanted)
    begun = HTTP.begin("compare_query", wanted)
    assert set(until(begun.found)) == {"new", "old"}
    begun.close()


def test_a_share_is_counted_by_the_versions_in_the_answers(healthy: t.Any) -> None:
    wanted = options("share", url=healthy.url, version="2.0", weight=5, version_pattern=r"Version (\S+)", rate=50)
    HTTP.check("share", wanted)
    begun = HTTP.begin("share", wanted)
    (second,) = until(lambda: begun.found()["seconds"][:1])
    begun.close()
    assert second["versions"] == {"1.0": {"requests": 50, "share": 1.0}}
    assert second["failed_requests"] == 0


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"url": "shop"}, "^url: 'shop' needs a scheme"),
        ({"url": "http://a/", "headers": {"Cookie": "x"}}, "^headers: the value of Cookie would be shown"),
        ({"url": "http://a/", "version_pattern": "("}, r"^version_pattern: '\(' is not a regular expression"),
        ({"url": "http://a/", "version_path": "["}, r"^version_path: '\[' is not a JMESPath expression"),
    ],
)
def test_what_can_never_be_measured_is_refused_by_the_options_name(written: Json, words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        HTTP.check("http", options("http", **written))


def test_a_query_that_prometheus_cannot_read_is_refused_and_silence_is_not(serve: t.Any, nobody: str) -> None:
    def behave(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer('{"error": "parse error"}', status="400 Bad Request")

    server = serve(behave)
    with pytest.raises(
        errors.InvalidInput,
        match=r"^query: http://127\.0\.0\.1:\d+/ does not answer it: 400 Bad Request: parse error\.$",
    ):
        HTTP.check("prometheus", options("prometheus", url=server.url, query=")", max=1))
    HTTP.check("prometheus", options("prometheus", url=nobody, query="up", max=1))
