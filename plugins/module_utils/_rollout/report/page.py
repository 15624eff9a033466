# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page that needs nothing else: no script, no network, and a policy that forbids both."""

from __future__ import annotations

import base64
import hashlib
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import (
    answered,
    chapter,
    colours,
    story,
    summary,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.style import SHEET

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.record import Report


def page(report: Report) -> str:
    """The whole page."""
    body = element(
        "body",
        element("a", "Skip to the rollouts", href="#main", class_="skip"),
        element("header", element("div", _opening(report), class_="wrap"), class_="top"),
        element("main", _index(report), _traffic(report), _chapters(report), id="main", class_="wrap"),
        element(
            "footer",
            element("div", "Made by steady.rollout. This page needs no network and runs no script.", class_="wrap"),
        ),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(report.title), body, lang='en')}\n"


def _head(title: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(SHEET.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(SHEET)),
    )


def _opening(report: Report) -> list[Markup]:
    tiles = [element("li", element("b", figure), element("span", words)) for figure, words in summary.tiles(report)]
    return [
        element("p", "Rollout report", class_="eyebrow"),
        element("h1", report.title),
        element("p", summary.sentence(report), class_="lead"),
        element("p", summary.when(report), class_="soft"),
        element("ul", tiles, class_="tiles", aria_label="In figures") if tiles else EMPTY,
    ]


def _index(report: Report) -> Markup:
    if len(report.stories) < 2:
        return EMPTY
    items = [
        element(
            "li",
            element("a", f"{index}. {one.headline}", href=f"#rollout-{index}"),
            element("span", moments.clock(one.began) if one.began is not None else "", class_="soft small"),
            chapter.badge(one),
        )
        for index, one in enumerate(report.stories, 1)
    ]
    return element(
        "nav",
        element("h2", "The rollouts"),
        element("ol", items, class_="index"),
        class_="card",
        aria_label="The rollouts",
    )


def _traffic(report: Report) -> list[Markup]:
    styles = colours.palette(report)
    return [
        element(
            "section",
            element("h2", "What users got", id=f"traffic-{index}-name"),
            answered.section(one, report.stories, f"traffic-{index}", styles),
            id=f"traffic-{index}",
            class_="card",
            aria_labelledby=f"traffic-{index}-name",
        )
        for index, one in enumerate(report.traffic, 1)
    ]


def _chapters(report: Report) -> list[Markup]:
    styles, pairs = colours.palette(report), story.undone_by(report.stories)
    return [chapter.chapter(index + 1, one, styles, links(index, pairs)) for index, one in enumerate(report.stories)]


def links(index: int, pairs: dict[int, int]) -> list[tuple[str, int]]:
    """From a release to its rollback, and the other way."""
    undoes = [("Takes back", pairs[index] + 1)] if index in pairs else []
    return undoes + [("Taken back by", later + 1) for later, earlier in pairs.items() if earlier == index]
