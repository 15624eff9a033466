# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic.routes import Fork, Pin
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

ROUTE = samples.recorded("httproute")
GATEWAY = "Gateway traefik/steady listener web (traefik.io/gateway-controller)"
FORK = Fork("shop", "app", "app", "app-canary", (1,), (GATEWAY,))
PINNED = Fork(
    "shop",
    "app",
    "app",
    "app-canary",
    (1,),
    (GATEWAY,),
    (Pin(routes.TRACK, "new-1"), Pin.cookie("canary", "yes")),
    (Pin(routes.TRACK, "old-1"),),
)
RULES = routes.rules_of(ROUTE)
RICH = [
    {"name": "static", "backendRefs": [{"group": "traefik.io", "kind": "TraefikService", "name": "files"}]},
    {
        "name": "main",
        "matches": [{"path": {"type": "PathPrefix", "value": "/a"}}, {"headers": [{"name": "x", "value": "y"}]}],
        "filters": [{"type": "ExtensionRef", "extensionRef": {"group": "a", "kind": "B", "name": "c"}}],
        "timeouts": {"request": "10s"},
        "backendRefs": [{"name": "app", "port": 80, "weight": 7, "filters": [{"type": "RequestMirror"}]}],
    },
    {"backendRefs": [{"name": "app", "namespace": "shop", "port": 81}]},
    {"backendRefs": [{"name": "app", "namespace": "elsewhere", "port": 80}]},
]


def weights(rules: list[Json]) -> list[dict[str, int]]:
    return [routes.weights_of(rule) for rule in rules]


def test_the_twin_is_added_beside_the_stable_service_with_its_share() -> None:
    assert weights(routes.shared(RULES, FORK, 0)) == [{"app": 100, "app-canary": 0}]
    assert weights(routes.shared(RULES, FORK, 5)) == [{"app": 95, "app-canary": 5}]


def test_every_rule_that_sends_to_the_service_is_split_and_no_other_is_touched() -> None:
    parted = routes.shared(RICH, FORK, 25)
    assert parted[0] is RICH[0] and parted[3] is RICH[3]
    assert weights(parted[1:3]) == [{"app": 75, "app-canary": 25}] * 2


def test_filters_timeouts_and_the_references_own_fields_survive() -> None:
    rule = routes.shared(RICH, FORK, 25)[1]
    assert {**rule, "backendRefs": None} == {**RICH[1], "backendRefs": None}
    assert [ref["filters"] for ref in rule["backendRefs"]] == [[{"type": "RequestMirror"}]] * 2


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.sampled_from([FORK, PINNED]))
def test_whatever_was_shared_goes_back_to_what_the_user_wrote(steps: list[int], fork: Fork) -> None:
    own = Fork(**{**vars(fork), "weights": routes.own_weights(RICH, fork)})
    rules = RICH
    for weight in steps:
        rules = routes.shared(rules, own, weight)
    back = routes.restored(rules, own)
    assert [{**rule, "backendRefs": None} for rule in back] == [{**rule, "backendRefs": None} for rule in RICH]
    assert weights(back) == weights(RICH)
    assert routes.restored(routes.shared(RULES, own, steps[0]), FORK) == RULES


def test_restoring_what_was_never_shared_changes_nothing() -> None:
    assert routes.restored(RULES, FORK) == RULES


def test_pins_stand_in_front_and_narrow_the_rules_own_matches() -> None:
    to_twin, to_stable, main = routes.shared(RULES, PINNED, 5)
    path = {"type": "PathPrefix", "value": "/"}
    assert [match["path"] for match in to_twin["matches"]] == [path, path]
    assert [match["headers"][0]["name"] for match in to_twin["matches"]] == [routes.TRACK, "Cookie"]
    assert (weights([to_twin]), weights([to_stable])) == ([{"app-canary": 1}], [{"app": 1}])
    assert main["matches"] == RULES[0]["matches"]


def test_pins_are_neither_doubled_nor_counted_as_the_users_rules() -> None:
    once = routes.shared(RICH, PINNED, 5)
    assert routes.shared(once, PINNED, 5) == once
    assert routes.share_of(once, PINNED) == 5
    assert routes.share_of(RICH, PINNED) is None


def test_pins_of_a_route_recorded_with_them_are_known() -> None:
    recorded = routes.rules_of(samples.recorded("httproute_weighted"))
    assert len(recorded) == 2
    assert routes.share_of(recorded, FORK) == 50
    assert routes.restored(recorded, FORK) == RULES


@pytest.mark.parametrize(
    ("header", "matches"),
    [
        ("canary=yes", True),
        ("a=b; canary=yes", True),
        ("canary=yes; c=d", True),
        ("xcanary=yes", False),
        ("canary=yess", False),
        ("a=canary=yes", False),
    ],
)
def test_a_cookie_is_found_wherever_it_stands(header: str, matches: bool) -> None:
    assert bool(re.fullmatch(Pin.cookie("canary", "yes").value, header)) is matches


def test_a_rule_takes_the_weights_that_are_asked_for() -> None:
    rule = routes.with_weights(RICH[1], {"app": 90, "app-next": 10})
    assert routes.weights_of(rule) == {"app": 90, "app-next": 10}
    assert rule["backendRefs"][1]["port"] == 80
    assert routes.with_weights(rule, {"app": 90, "app-next": 10}) == rule


def test_backends_are_told_by_kind_and_name() -> None:
    assert [routes.backends_of(rule) for rule in RICH[:2]] == [["TraefikService files"], ["app"]]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{}] * 17, "17 rules"),
        ([{"matches": [{}] * 65}], "65 in one rule"),
        ([{"matches": [{}] * 60}] * 3, "180 matches"),
        ([{"matches": [{"headers": [{}] * 17}]}], "more than 16 headers"),
    ],
)
def test_more_than_one_route_may_hold_is_named(rules: list[Json], words: str) -> None:
    assert words in routes.no_room(rules)
    assert routes.no_room(RICH) == ""


def test_a_route_is_taken_when_all_its_gateways_have_seen_this_generation() -> None:
    assert routes.parents_of(ROUTE) == (GATEWAY,)
    assert routes.untaken(ROUTE, (GATEWAY,)) == ""


def test_an_older_generations_yes_counts_for_nothing() -> None:
    newer = samples.having(ROUTE, {"metadata": {"generation": 2}})
    assert routes.untaken(newer, (GATEWAY,)) == f"{GATEWAY} has not looked at it yet"


def test_a_backend_that_does_not_exist_is_not_resolved() -> None:
    assert 'service "app-canary" not found' in routes.untaken(samples.recorded("httproute_unresolved"), (GATEWAY,))


def test_a_gateway_that_has_gone_from_the_status_has_not_taken_it() -> None:
    assert routes.untaken(samples.having(ROUTE, {"status": {"parents": []}}), (GATEWAY,))


def test_a_route_that_nobody_accepts_says_so() -> None:
    assert routes.unaccepted({}) == "no controller has said anything about it"
    refused = samples.recorded("httproute")
    refused["status"]["parents"][0]["conditions"][0] |= {"status": "False", "message": "no matching listener"}
    assert routes.parents_of(refused) == ()
    assert routes.unaccepted(refused) == f"{GATEWAY}: no matching listener"
