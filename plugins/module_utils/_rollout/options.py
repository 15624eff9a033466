# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as people write them in a list or a dictionary: declared once, read with one clear sentence for whatever cannot be meant."""

from __future__ import annotations

import difflib
import math
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors

Json = dict[str, t.Any]

REQUIRED: t.Any = object()
_PERCENTAGE = re.compile(r"(\d{1,3})%")
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Option:
    """One option: its name, the form of its value (a key of FORMS), and what it is when nobody says; None is left as it is."""

    name: str
    form: str
    default: t.Any = None
    choices: tuple[str, ...] = ()
    secret: bool = False


def read(given: t.Any, known: t.Sequence[Option], where: str) -> Json:
    """Every known option with its value, ``where`` being how messages name what they belong to. Raises InvalidInput."""
    if not isinstance(given, dict):
        raise errors.InvalidInput(
            f"{where}: {given!r} is not a dictionary; write {where.rpartition('.')[2]}: {{{known[0].name}: ...}}."
        )
    names = [option.name for option in known]
    for name in given:
        if name not in names:
            shown = name if str(name).isidentifier() else repr(name)
            raise errors.InvalidInput(f"{where}.{shown}: there is no such option{nearest(str(name), names)}")
    return {option.name: _value(given.get(option.name), option, f"{where}.{option.name}") for option in known}


def nearest(wrong: str, names: t.Sequence[str]) -> str:
    """The end of a sentence about a name that does not exist: which one is meant, or which there are."""
    close = difflib.get_close_matches(wrong, names, n=1)
    return f"; {close[0]} is meant?" if close else f"; there are {', '.join(names)}."


def _value(written: t.Any, option: Option, where: str) -> t.Any:
    if written is None:
        if option.default is REQUIRED:
            raise errors.InvalidInput(f"{where} is missing.")
        return one(option.default, option, where) if option.default is not None else None
    return one(written, option, where)


def one(written: t.Any, option: Option, where: str) -> t.Any:
    """The value of one option. Raises InvalidInput."""
    if option.choices:
        if written not in option.choices:
            raise errors.InvalidInput(f"{where}: {written!r} is not possible, write {' or '.join(option.choices)}.")
        return written
    return FORMS[option.form](written, where)


def _no(written: t.Any, where: str, must: str) -> errors.InvalidInput:
    return errors.InvalidInput(f"{where}: {written!r} is not possible, it must be {must}.")


def _text(written: t.Any, where: str) -> str:
    if isinstance(written, (dict, list, bool)) or not str(written).strip():
        raise _no(written, where, "a text")
    return str(written).strip()


def _flag(written: t.Any, where: str) -> bool:
    word = str(written).lower()
    if word not in _YES + _NO:
        raise _no(written, where, "true or false")
    return word in _YES


def _duration(written: t.Any, where: str) -> float:
    return durations.parse(_text(written, where), where)


def _delay(written: t.Any, where: str) -> float:
    return durations.parse(_text(written, where), where, minimum=0)


def _number(written: t.Any, where: str) -> float:
    try:
        number = math.nan if isinstance(written, bool) else float(written)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _no(written, where, "a number")
    return number


def _count(written: t.Any, where: str, least: int = 0) -> int:
    words = f"a whole number, {least} or more"
    try:
        number = _number(written, where)
    except errors.InvalidInput:
        raise _no(written, where, words) from None
    if number != int(number) or number < least:
        raise _no(written, where, words)
    return int(number)


def _positive(written: t.Any, where: str) -> int:
    return _count(written, where, 1)


def _share(written: t.Any, where: str) -> float:
    number = _number(written, where)
    if not 0 <= number <= 1:
        raise _no(written, where, "a share between 0 and 1, such as 0.01 for one in a hundred")
    return number


def _above_zero(written: t.Any, where: str) -> float:
    number = _number(written, where)
    if number <= 0:
        raise _no(written, where, "more than 0")
    return number


def _amount(written: t.Any, where: str) -> str:
    """A number of pods, or a percentage of those wanted, as text."""
    percentage = _PERCENTAGE.fullmatch(str(written).strip())
    if percentage and 1 <= int(percentage[1]) <= 100:
        return percentage[0]
    if percentage or (isinstance(written, str) and not written.strip().isdecimal()):
        raise _no(written, where, "a number of pods, or a percentage from 1% to 100%")
    return str(_count(written, where, 1))


def _table(written: t.Any, where: str) -> Json:
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        # The values may be secrets: they are never part of the sentence.
        raise errors.InvalidInput(f"{where}: it must be a dictionary.")
    return written


def _codes(written: t.Any, where: str) -> tuple[int, ...]:
    codes = tuple(_count(code, where) for code in (written if isinstance(written, (list, tuple)) else [written]))
    if not all(100 <= code <= 599 for code in codes):
        raise _no(written, where, "a list of HTTP status codes, such as [200, 204]")
    return codes


FORMS: dict[str, t.Callable[[t.Any, str], t.Any]] = {
    "text": _text,
    "flag": _flag,
    "duration": _duration,
    "delay": _delay,
    "number": _number,
    "count": _count,
    "positive count": _positive,
    "share": _share,
    "above zero": _above_zero,
    "amount": _amount,
    "table": _table,
    "codes": _codes,
}
"""How the value of an option is read; a delay is a duration that may be 0."""
