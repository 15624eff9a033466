# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables that say what they are about and can be scrolled by keyboard."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import Markup, Part, element

TEXT = "text"
NUMBER = "n"


def table(
    caption: str, heads: t.Sequence[str], rows: t.Sequence[t.Sequence[Part]], styles: t.Sequence[str] = ()
) -> Markup:
    """A table whose first column names the row. ``styles``: a class for each column."""
    kinds = [*styles, *[None] * (len(heads) - len(styles))]
    head = element(
        "tr", [element("th", name, scope="col", class_=kind) for name, kind in zip(heads, kinds, strict=True)]
    )
    body = [
        element(
            "tr",
            element("th", row[0], scope="row", class_=kinds[0]),
            [element("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)],
        )
        for row in rows
    ]
    whole = element("table", element("caption", caption), element("thead", head), element("tbody", body))
    return element("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def unfolded(
    summary: str, caption: str, heads: t.Sequence[str], rows: t.Sequence[t.Sequence[Part]], styles: t.Sequence[str] = ()
) -> Markup:
    """A table that opens when it is asked for."""
    return element("details", element("summary", summary), table(caption, heads, rows, styles))
