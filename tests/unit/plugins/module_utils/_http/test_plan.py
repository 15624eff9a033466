# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._http import plan
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

GOOD = plan.Plan("http://127.0.0.1:8080/healthz?full=1", rate=10, duration=1)


def test_a_sensible_plan_is_returned_as_it_is() -> None:
    assert plan.check(GOOD) is GOOD


@pytest.mark.parametrize("url", ["https://shop.example", "http://[::1]:8080/", "http://shop.example:80/a%20b"])
def test_addresses_of_every_form_are_accepted(url: str) -> None:
    plan.check(dataclasses.replace(GOOD, url=url))


@pytest.mark.parametrize(
    "url",
    ["", "shop.example", "shop.example:80/", "/healthz", "http://", "http:///x", "ftp://shop.example", "http://a b/"],
)
def test_a_url_without_scheme_or_host_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(
        errors.InvalidInput, match=r"^url: .* needs a scheme and a host, written as http://shop.example/"
    ):
        plan.check(dataclasses.replace(GOOD, url=url))


@pytest.mark.parametrize("url", ["http://shop.example:http/", "http://shop.example:99999/", "http://[::1/"])
def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(errors.InvalidInput, match=r"^url: .* cannot be read: "):
        plan.check(dataclasses.replace(GOOD, url=url))


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(errors.InvalidInput, match="secret_headers") as refused:
        plan.check(dataclasses.replace(GOOD, url="http://me:hunter2@shop.example/"))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rate": 0}, "rate: 0 is not possible, it must be more than 0 requests per second."),
        ({"rate": -1}, "rate: -1 is not possible"),
        ({"rate": float("nan")}, "rate: nan is not possible"),
        ({"rate": float("inf")}, "rate: inf is not possible"),
        ({"concurrency": 0}, "concurrency: 0 is not possible, it must be between 1 and 1000."),
        ({"concurrency": 1001}, "concurrency: 1001 is not possible"),
        ({"duration": 0}, "duration: 0 seconds is not possible"),
        ({"timeout": 0}, "timeout: 0 seconds is not possible"),
        ({"method": "GET /"}, "method: 'GET /' is not an HTTP method"),
        ({"headers": {"Host:": "x"}}, "headers: 'Host:' is not the name of an HTTP header: letters, digits and '-'."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(change: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        plan.check(dataclasses.replace(GOOD, **change))
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "\u20ac"])
def test_a_header_value_that_would_break_the_request_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(errors.InvalidInput, match="the value of X-Token holds a character") as refused:
        plan.check(dataclasses.replace(GOOD, headers={"X-Token": value}))
    assert value not in str(refused.value)


def test_shown_and_secret_headers_are_sent_together_as_text() -> None:
    assert plan.merged_headers({"X-Try": 1}, {"Authorization": "Bearer x"}) == {
        "X-Try": "1",
        "Authorization": "Bearer x",
    }


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Cookie", "Proxy-Authorization"])
def test_credentials_among_the_headers_that_are_shown_are_refused(name: str) -> None:
    with pytest.raises(
        errors.InvalidInput, match=f"the value of {name} would be shown in logs; put it into secret_headers"
    ):
        plan.merged_headers({name: "Bearer x"}, {})
