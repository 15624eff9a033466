# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``secrets``, and literal environment values that sound like one: they stay out of all that is said, and the rest stays whole.

Ansible's own ``no_log`` blots each value out wherever it occurs, also within a word: with a user called ``app`` or a flag of ``1`` among
the secrets nobody could read, or use, the rest of a result. So only values that cannot be meant otherwise are searched for in the
cluster's words, and the option itself is shown without any.
"""

from __future__ import annotations

import base64
import binascii
import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import masking

Json = dict[str, t.Any]

OPTION = "secrets"
HIDDEN = "(hidden)"
_LEAST = 6
_LEAST_OF_LETTERS = 12


def values(params: Json) -> set[str]:
    """The values to blot out, as they are and in base64, each line of a longer one too.

    Not what is short, nor what may be a plain word, nor what stands openly in the other options.
    """
    literal = {value for value in environment(params.get("definition")) if _is_unmistakable(value)}
    given = params.get(OPTION)
    if not isinstance(given, dict):
        return literal
    openly = json.dumps({key: value for key, value in params.items() if key != OPTION}, default=str, ensure_ascii=False)
    found = {form for value in everything(given) for form in _forms(value)}
    return literal | {value for value in found if _is_unmistakable(value) and value not in openly}


def environment(definition: t.Any) -> t.Iterator[str]:
    """The literal values of environment variables whose names sound secret, wherever they are in it."""
    if isinstance(definition, dict):
        name, value = definition.get("name"), definition.get("value")
        if isinstance(name, str) and isinstance(value, str) and masking.sounds_secret(name):
            yield value
    for inner in (
        definition.values() if isinstance(definition, dict) else definition if isinstance(definition, list) else ()
    ):
        yield from environment(inner)


def everything(given: t.Any) -> t.Iterator[str]:
    """Each value in it."""
    if isinstance(given, dict):
        for value in given.values():
            yield from everything(value)
    elif isinstance(given, (list, tuple)):
        for value in given:
            yield from everything(value)
    elif given is not None:
        yield str(given)


def shown(params: Json) -> Json:
    """The options that are to be shown otherwise than they are."""
    given = params.get(OPTION)
    if given is None:
        return {}
    return {OPTION: dict.fromkeys(given, HIDDEN) if isinstance(given, dict) else HIDDEN}


def _forms(value: str) -> t.Iterator[str]:
    yield value
    yield from value.splitlines()
    yield base64.b64encode(value.encode()).decode()
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return
    yield decoded
    yield from decoded.splitlines()


def _is_unmistakable(value: str) -> bool:
    return len(value) >= (_LEAST_OF_LETTERS if value.isalpha() else _LEAST) and bool(value.strip())
