# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML and SVG elements as text. Whatever is not markup already is escaped."""

from __future__ import annotations

import html
import typing as t
import unicodedata


class Markup(str):
    """Text that is markup, to be taken as it is."""

    __slots__ = ()


EMPTY = Markup("")
VOID = ("meta", "br", "link")
Part: t.TypeAlias = "str | t.Iterable[Part] | None"


def element(tag: str, /, *parts: Part, **attributes: object) -> Markup:
    """An element. ``class_`` and ``for_`` lose their underscore, others' become hyphens; None and False leave an attribute out."""
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if tag in VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{joined(*parts)}</{tag}>")


def joined(*parts: Part) -> Markup:
    """All of it in a row, texts escaped."""
    return Markup("".join(_text(part) for part in parts))


def _text(part: Part) -> str:
    if part is None:
        return ""
    if isinstance(part, Markup):
        return str(part)
    if isinstance(part, str):
        return html.escape(_printable(part), quote=False)
    return joined(*part)


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(_printable(str(value)))}"'


def _printable(text: str) -> str:
    """Without control characters, halves of characters and what turns the direction of writing round."""
    if text.isprintable():
        return text
    return "".join(one if unicodedata.category(one)[0] != "C" or one in "\n\t" else "\ufffd" for one in text)
