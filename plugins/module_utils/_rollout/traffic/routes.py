# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPRoutes of the Gateway API: who sends to a Service, the rules with other weights, and whether the load balancer has taken them.

Rules go in and come out as raw JSON: filters, timeouts and extensions that nobody here knows are carried along.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects

Json = dict[str, t.Any]

TRACK = "steady-rollout-track"
"""The header that pins a request to one side while a rollout is under way, whatever the weights."""
MOST_RULES, MOST_MATCHES, MOST_MATCHES_OF_A_RULE, MOST_HEADERS = 16, 128, 64, 16
"""What the Gateway API allows in one HTTPRoute: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec"""


def rules_of(route: Json) -> list[Json]:
    """The route's rules."""
    return list(objects.spec(route).get("rules") or ())


def services_of(rule: Json, namespace: str) -> list[str]:
    """The names of the Services of that namespace to which the rule sends, in its order."""
    return [str(ref.get("name")) for ref in rule.get("backendRefs") or () if _is_service(ref, namespace)]


def backends_of(rule: Json) -> list[str]:
    """Where the rule sends, in words: names of Services, and the kind before the name of anything else."""
    return [
        str(ref.get("name")) if _is_service(ref, "") or ref.get("namespace") else f"{ref.get('kind')} {ref.get('name')}"
        for ref in rule.get("backendRefs") or ()
    ]


def weights_of(rule: Json) -> dict[str, int]:
    """Backend name to weight; the API's default is 1."""
    return {str(ref.get("name")): weight_of(ref) for ref in rule.get("backendRefs") or ()}


def weight_of(ref: Json) -> int:
    """The weight of a reference to a backend."""
    weight = ref.get("weight")
    return 1 if weight is None else int(weight)


def _is_service(ref: Json, namespace: str) -> bool:
    ours = not ref.get("namespace") or ref["namespace"] == namespace
    return (ref.get("group") or "", ref.get("kind") or "Service") == ("", "Service") and ours


@dataclass(frozen=True)
class Pin:
    """A header by which requests are sent to one side whatever the weights; ``regular``: the value is a regular expression."""

    name: str
    value: str
    regular: bool = False

    @classmethod
    def cookie(cls, name: str, value: str) -> Pin:
        """That cookie, wherever it stands in the header."""
        return cls("Cookie", rf"(^|.*;\s*){re.escape(name)}={re.escape(value)}(\s*;.*|$)", True)

    @property
    def match(self) -> Json:
        """As the Gateway API writes it."""
        return {"type": "RegularExpression" if self.regular else "Exact", "name": self.name, "value": self.value}


@dataclass(frozen=True)
class Fork:
    """Where requests part: every rule of a route that sends to ``stable``, and the ``twin`` that is to have a share of them.

    ``weights`` are those of the user's own references, in the rules' order, for the way back. ``parents`` are the Gateways (as
    ``parents_of`` names them) that had accepted the route before. ``to_twin`` and ``to_stable`` pin requests to one side.
    """

    namespace: str
    route: str
    stable: str
    twin: str
    weights: tuple[int, ...] = ()
    parents: tuple[str, ...] = ()
    to_twin: tuple[Pin, ...] = ()
    to_stable: tuple[Pin, ...] = ()


def own_rules(rules: t.Sequence[Json], fork: Fork) -> list[Json]:
    """The rules as the user keeps them: without those that only pin."""
    return [rule for rule in rules if not _pins(rule, fork)]


def _pins(rule: Json, fork: Fork) -> bool:
    backends = services_of(rule, fork.namespace)
    tracked = any(
        header.get("name") == TRACK for match in rule.get("matches") or () for header in match.get("headers") or ()
    )
    return tracked or (bool(backends) and set(backends) == {fork.twin})


def split_rules(rules: t.Sequence[Json], fork: Fork) -> list[int]:
    """The places, among the user's own rules, of those that send to the stable Service."""
    return [index for index, rule in enumerate(rules) if fork.stable in services_of(rule, fork.namespace)]


def own_weights(rules: t.Sequence[Json], fork: Fork) -> tuple[int, ...]:
    """The weight of the stable Service in each of the rules that send to it."""
    own = own_rules(rules, fork)
    return tuple(weights_of(own[index])[fork.stable] for index in split_rules(own, fork))


def share_of(rules: t.Sequence[Json], fork: Fork) -> int | None:
    """The twin's weight of 100; None while it is no backend of the rules."""
    own = own_rules(rules, fork)
    found = [weights_of(own[index]).get(fork.twin) for index in split_rules(own, fork)]
    return next((weight for weight in found if weight is not None), None)


def shared(rules: t.Sequence[Json], fork: Fork, weight: int) -> list[Json]:
    """The rules with ``weight`` of 100 for the twin, and with the pins in front."""
    own = own_rules(rules, fork)
    places = split_rules(own, fork)
    pinned = [
        _pinned(own[index], pins, _reference(own[index], fork, name))
        for index in places
        for pins, name in ((fork.to_twin, fork.twin), (fork.to_stable, fork.stable))
        if pins
    ]
    return [*pinned, *(_parted(rule, fork, weight) if index in places else rule for index, rule in enumerate(own))]


def restored(rules: t.Sequence[Json], fork: Fork) -> list[Json]:
    """The rules as the user had them: one backend, its weight as it was, no pins."""
    own = own_rules(rules, fork)
    places = split_rules(own, fork)
    weights = fork.weights if len(fork.weights) == len(places) else (1,) * len(places)
    before = dict(zip(places, weights, strict=True))

    def back(rule: Json, weight: int) -> Json:
        kept = [ref for ref in rule["backendRefs"] if ref.get("name") != fork.twin]
        return {
            **rule,
            "backendRefs": [{**ref, "weight": weight} if ref.get("name") == fork.stable else ref for ref in kept],
        }

    return [back(rule, before[index]) if index in before else rule for index, rule in enumerate(own)]


def _parted(rule: Json, fork: Fork, weight: int) -> Json:
    stable = _reference(rule, fork, fork.stable)
    return {
        **rule,
        "backendRefs": [{**stable, "weight": 100 - weight}, {**_reference(rule, fork, fork.twin), "weight": weight}],
    }


def _reference(rule: Json, fork: Fork, name: str) -> Json:
    """The user's own reference, with all that belongs to it, for that Service, alone."""
    (own,) = (ref for ref in rule["backendRefs"] if ref.get("name") == fork.stable)
    return {**own, "name": name, "weight": 1}


def _pinned(rule: Json, pins: t.Sequence[Pin], reference: Json) -> Json:
    matches = rule.get("matches") or [{"path": {"type": "PathPrefix", "value": "/"}}]
    narrowed = [{**match, "headers": [*(match.get("headers") or ()), pin.match]} for pin in pins for match in matches]
    named = {key: value for key, value in rule.items() if key != "name"}  # a rule's name is unique in its route
    return {**named, "matches": narrowed, "backendRefs": [reference]}


def with_weights(rule: Json, weights: t.Mapping[str, int]) -> Json:
    """The rule with these weights; a Service that is no backend yet is added as a copy of the first one under its own name."""
    first = dict(next(iter(rule["backendRefs"])))
    present = list(rule["backendRefs"])
    present += [{**first, "name": name} for name in weights if name not in weights_of(rule)]
    return {
        **rule,
        "backendRefs": [{**ref, "weight": weights.get(str(ref.get("name")), weight_of(ref))} for ref in present],
    }


def no_room(rules: t.Sequence[Json]) -> str:
    """Why these rules are too many for one HTTPRoute; empty when they are not."""
    matches = [len(rule.get("matches") or ()) for rule in rules]
    headers = [len(match.get("headers") or ()) for rule in rules for match in rule.get("matches") or ()]
    if len(rules) > MOST_RULES:
        return f"it would have {len(rules)} rules with those that pin requests, and {MOST_RULES} are allowed"
    if sum(matches) > MOST_MATCHES or max(matches, default=0) > MOST_MATCHES_OF_A_RULE:
        most = f"{MOST_MATCHES} and {MOST_MATCHES_OF_A_RULE} are allowed"
        return f"it would have {sum(matches)} matches, up to {max(matches)} in one rule; {most}"
    if max(headers, default=0) > MOST_HEADERS:
        return f"one of its matches would have more than {MOST_HEADERS} headers"
    return ""


def parents_of(route: Json) -> tuple[str, ...]:
    """The Gateways that have accepted the route, each with its listener and controller."""
    return tuple(
        _parent(entry)
        for entry in objects.status(route).get("parents") or ()
        if _of(entry, "Accepted").get("status") == "True"
    )


def untaken(route: Json, parents: t.Iterable[str]) -> str:
    """What keeps the route as it is now from being in force at one of these Gateways; empty when it is at all of them.

    A parent that has not observed the newest generation has not taken it, whatever its conditions say of an older one.
    """
    generation = int(objects.metadata(route).get("generation") or 0)
    entries = {_parent(entry): entry for entry in objects.status(route).get("parents") or ()}
    for parent in parents:
        for kind in ("Accepted", "ResolvedRefs"):
            found = _of(entries.get(parent, {}), kind)
            if int(found.get("observedGeneration") or 0) < generation:
                return f"{parent} has not looked at it yet"
            if found.get("status") != "True":
                return f"{parent} says {kind} {found.get('status')}: {found.get('message') or found.get('reason')}"
    return ""


def unaccepted(route: Json) -> str:
    """Why no Gateway serves the route, in the words of those that were asked."""
    said = [
        f"{_parent(entry)}: {found.get('message') or found.get('reason')}"
        for entry in objects.status(route).get("parents") or ()
        if (found := _of(entry, "Accepted")).get("status") != "True"
    ]
    return "; ".join(said) or "no controller has said anything about it"


def _of(entry: Json, kind: str) -> Json:
    return next((item for item in entry.get("conditions") or () if item.get("type") == kind), {})


def _parent(entry: Json) -> str:
    ref = entry.get("parentRef") or {}
    name = f"{ref['namespace']}/{ref.get('name')}" if ref.get("namespace") else str(ref.get("name"))
    listener = f" listener {ref['sectionName']}" if ref.get("sectionName") else ""
    port = f" port {ref['port']}" if ref.get("port") else ""
    return f"{ref.get('kind') or 'Gateway'} {name}{listener}{port} ({entry.get('controllerName')})"
