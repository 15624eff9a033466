# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import concealed

LINES = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"


def values(*written: object, **others: object) -> set[str]:
    data = {str(number): value for number, value in enumerate(written)}
    return concealed.values({"secrets": {"login": {"string_data": data}}, **others})


@pytest.mark.parametrize("plain", ["1", 1, True, "app", "complete", "postgres", "12345", "", "      "])
def test_what_may_be_meant_otherwise_is_not_searched_for(plain: object) -> None:
    assert str(plain) not in values(plain)


def test_what_stands_openly_in_other_options_is_no_secret_there() -> None:
    assert "registry-1" in values("registry-1")
    assert "registry-1" not in values("registry-1", definition={"image": "registry-1/app:1"})


def test_a_value_is_searched_for_in_each_form() -> None:
    assert {"hunter2!", base64.b64encode(b"hunter2!").decode()} <= values("hunter2!")
    assert "hunter2!" in values(base64.b64encode(b"hunter2!").decode())
    assert {LINES, "MIIEvQIBADANBg"} <= values(LINES)
    assert "correcthorsebattery" in values("correcthorsebattery")


@pytest.mark.parametrize("given", [None, "text", [1], {"login": "text"}])
def test_whatever_was_written_can_be_asked(given: object) -> None:
    assert "text" not in concealed.values({"secrets": given})
    shown = concealed.shown({"secrets": given})
    assert "text" not in str(shown)


def test_the_option_is_shown_with_names_alone() -> None:
    given = {"secrets": {"login": {"string_data": {"password": "x"}}}, "name": "app"}
    assert concealed.shown(given) == {"secrets": {"login": "(hidden)"}}
    assert concealed.shown({"name": "app"}) == {}


def test_a_literal_variable_that_sounds_secret_is_one_wherever_it_stands() -> None:
    env = [
        {"name": "DB_PASSWORD", "value": "hush-hush"},
        {"name": "COLOUR", "value": "blue-green"},
        {"name": "TOKEN", "value": "1"},
    ]
    definition = {"spec": {"template": {"spec": {"initContainers": [{"name": "app", "env": env}]}}}}
    assert concealed.values({"definition": definition}) == {"hush-hush"}
    assert concealed.values({"definition": definition, "secrets": {"login": {"string_data": {"a": "other-1"}}}}) >= {
        "hush-hush",
        "other-1",
    }
