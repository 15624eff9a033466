# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import prometheus
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, gates

Json = dict[str, t.Any]


def options(url: str, **more: t.Any) -> Json:
    (gate,) = gates.parse(
        [{"prometheus": {"url": url, "query": 'rate(x{a="b"}[1m]) > 0', "max": 1, "timeout": "1s", **more}}]
    )
    return gate.options


def answers(serve: t.Any, body: t.Any, status: str = "200 OK") -> t.Any:
    def behave(peer: t.Any, _number: int) -> None:
        peer.request()
        peer.answer(body if isinstance(body, str) else json.dumps(body), status=status)

    return serve(behave)


def vector(*results: Json) -> Json:
    return {"status": "success", "data": {"resultType": "vector", "result": list(results)}}


def test_a_vector_is_its_series_with_labels_and_values(serve: t.Any) -> None:
    server = answers(
        serve,
        vector({"metric": {"__name__": "x", "pod": "a"}, "value": [1, "0.5"]}, {"metric": {}, "value": [1, "NaN"]}),
    )
    assert prometheus.ask(options(server.url)) == {"series": [['{pod="a"}', "0.5"], ["", "NaN"]]}
    assert server.requests[0].startswith(b"GET /api/v1/query?query=rate%28x%7Ba%3D%22b%22%7D%5B1m%5D%29+%3E+0 HTTP/1.1")


def test_no_series_are_an_answer(serve: t.Any) -> None:
    assert prometheus.ask(options(answers(serve, vector()).url)) == {"series": []}


def test_a_scalar_is_a_value_without_labels(serve: t.Any) -> None:
    server = answers(serve, {"data": {"resultType": "scalar", "result": [1, "+Inf"]}})
    assert prometheus.ask(options(server.url)) == {"series": [["", "+Inf"]]}


@pytest.mark.parametrize(
    ("body", "status", "words", "permanent"),
    [
        (
            {"status": "error", "error": "parse error: unexpected )"},
            "400 Bad Request",
            "400 Bad Request: parse error",
            True,
        ),
        ("no", "401 Unauthorized", "401 Unauthorized: no", True),
        ({"error": "query timed out"}, "503 Service Unavailable", "503 Service Unavailable: query timed out", False),
        ("<html>", "200 OK", "the answer is not Prometheus' JSON", True),
        ([1], "200 OK", "the answer is not Prometheus' JSON", True),
        ({"data": {"resultType": "matrix", "result": []}}, "200 OK", "the query gives a matrix", True),
        ({"data": {"resultType": "vector", "result": [1]}}, "200 OK", "", False),
    ],
)
def test_whatever_else_comes_is_an_error_that_says_whether_it_may_pass(
    serve: t.Any, body: t.Any, status: str, words: str, permanent: bool
) -> None:
    answer = prometheus.ask(options(answers(serve, body, status).url))
    assert answer["error"].startswith(words) and answer["error"]
    assert answer["permanent"] is permanent


def test_nobody_there_is_an_error_that_may_pass(nobody: str) -> None:
    assert prometheus.ask(options(nobody)) == {"error": "Connection refused", "permanent": False}


def test_the_token_is_sent_and_nothing_else_shows_it(serve: t.Any) -> None:
    server = answers(serve, "token=hunter2 is wrong", "403 Forbidden")
    answer = prometheus.ask(options(server.url, token="hunter2", secret_headers={"X-Scope-OrgID": "shop"}))
    assert b"Authorization: Bearer hunter2\r\n" in server.requests[0]
    assert b"X-Scope-OrgID: shop\r\n" in server.requests[0]
    assert "hunter2" not in answer["error"]


def test_an_address_that_cannot_be_meant_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match="^url: 'prometheus:9090/api"):
        prometheus.plan_of(options("prometheus:9090"))
