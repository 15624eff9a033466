# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates a rollout can be made to pass. A new one is a file beside this and a name in GATES."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, masking, options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates import (
    compare,
    compare_query,
    condition,
    endpoints_ready,
    http,
    job,
    min_available,
    old_pods_gone,
    prometheus,
    restarts_below,
    share,
    stable_for,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Form, Gate

Json = dict[str, t.Any]

GATES: tuple[Form, ...] = (
    stable_for,
    min_available,
    restarts_below,
    endpoints_ready,
    old_pods_gone,
    condition,
    http,
    job,
    prometheus,
    share,
    compare,
    compare_query,
)
NAMES = tuple(form.NAME for form in GATES)
OVER_HTTP = tuple(form.NAME for form in (http, prometheus, share, compare, compare_query))
SIDED = tuple(form.NAME for form in (compare, compare_query))
"""Those that compare two versions, and so need a strategy that has both side by side."""
OF_TWO = (*SIDED, share.NAME)
"""Those that mean nothing once only one version is left."""
COMMON = (options.Option("on_rollback", "flag", True),)
"""What every gate can be told: whether the rollback that follows a failure has to pass it as well."""
_FORMS: t.Mapping[str, Form] = {form.NAME: form for form in GATES}


def parse(given: t.Any) -> tuple[Gate, ...]:
    """The gates of a list as people write it. Raises InvalidInput, which names the gate by its place: ``gates[2].http.for``."""
    if not isinstance(given, (list, tuple)):
        raise errors.InvalidInput(
            f"gates: {type(given).__name__} is not possible, write a list: gates: [{{stable_for: 10s}}]."
        )
    named = [_named(item, f"gates[{index}]") for index, item in enumerate(given)]
    labels: dict[str, int] = {}
    gates = []
    for index, (name, value) in enumerate(named):
        labels[name] = labels.get(name, 0) + 1
        several = sum(other == name for other, _value in named) > 1
        gates.append(
            _gate(_FORMS[name], value, f"gates[{index}].{name}", f"{name} {labels[name]}" if several else name)
        )
    return tuple(gates)


def beside(given: t.Iterable[Gate], sides: Json) -> tuple[Gate, ...]:
    """The gates, those that compare made ready for these sides: ``{"new": {"service", "deployment", "headers"}, "old": {...}}``.

    ``headers`` are those with which a request through the load balancer reaches this side alone.
    """
    return tuple(
        replace(gate, options={**gate.options, "sides": sides}) if gate.form.NAME in SIDED else gate for gate in given
    )


def _named(item: t.Any, where: str) -> tuple[str, t.Any]:
    if isinstance(item, str) and item in NAMES:
        item = {item: {}}
    if not isinstance(item, dict) or len(item) != 1:
        raise errors.InvalidInput(f"{where}: write one gate as {{name: options}}; there are {', '.join(NAMES)}.")
    ((name, value),) = item.items()
    if name not in NAMES:
        raise errors.InvalidInput(f"{where}: there is no gate {name!r}{options.nearest(str(name), NAMES)}")
    return name, value


def _gate(form: Form, value: t.Any, where: str, label: str) -> Gate:
    known = (*form.OPTIONS, *COMMON)
    if isinstance(value, dict) or value is None:
        values = options.read(value or {}, known, where)
    elif form.SHORT:
        (short,) = (option for option in form.OPTIONS if option.name == form.SHORT)
        others = [option for option in known if option is not short]
        values = {**options.read({}, others, where), form.SHORT: options.one(value, short, where)}
    else:
        raise errors.InvalidInput(f"{where}: its options are missing; there are {_names(form)}.")
    form.check(values, where)
    return Gate(form, where, label, values)


def _names(form: Form) -> str:
    return ", ".join(option.name for option in form.OPTIONS)


def secrets(given: t.Any) -> t.Iterator[str]:
    """What in a list as people write it must not be shown. Never raises: it is asked before anything is checked."""
    for item in given if isinstance(given, (list, tuple)) else ():
        for name, value in item.items() if isinstance(item, dict) else ():
            if name in _FORMS and isinstance(value, dict):
                yield from _secrets(_FORMS[name], value)


def _secrets(form: Form, value: Json) -> t.Iterator[str]:
    """Of one gate: secret options, and what people write into open ones all the same."""
    for option in form.OPTIONS:
        found = value.get(option.name) if option.secret else None
        yield from (str(text) for text in (found.values() if isinstance(found, dict) else [found]) if text)
    yield from masking.in_address(value.get("url"))
    yield from masking.in_headers(value.get("headers"))
