# SPDX-License-Identifier: GPL-3.0-or-later
"""One rollout of the page: what happened to its pods, its gates, its findings, and what to do next."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments, wording
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import gated, pods, summary, weights
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.answered import mood
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import EMPTY, Markup, element
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.table import TEXT, unfolded

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Json, Story


def chapter(index: int, story: Story, styles: dict[str, str], links: t.Sequence[tuple[str, int]]) -> Markup:
    """The rollout with that number. ``links``: words and the number of the rollout they lead to."""
    identity = f"rollout-{index}"
    return element(
        "section",
        element("div", element("h2", f"{index}. {story.headline}", id=f"{identity}-name"), badge(story), class_="head"),
        [
            element("p", words, " ", element("a", f"rollout {to}", href=f"#rollout-{to}"), ".", class_="small")
            for words, to in links
        ],
        facts(story),
        element("p", element("strong", "Next: "), story.following, class_="next") if story.following else None,
        pods.figure(story, f"{identity}-pods", styles),
        weights.figure(story, f"{identity}-weights", styles),
        gated.section(story, f"{identity}-gates", styles),
        findings(story),
        said(story),
        timeline(story),
        id=identity,
        class_="card",
        aria_labelledby=f"{identity}-name",
    )


def badge(story: Story) -> Markup:
    """How it turned out."""
    return element("span", story.outcome, class_=f"badge {mood(story)}")


def facts(story: Story) -> Markup:
    """What, from, to, when, how long, by whom."""
    url = str(story.run.get("url") or "")
    who = summary.by(story.run)
    shown: list[tuple[str, Markup | str]] = [
        ("Workload", story.workload),
        ("Version", story.change),
        ("Runs now", story.after if story.after != story.asked else ""),
        ("Began", moments.date_and_time(story.began) if story.began is not None else ""),
        ("Took", wording.seconds(story.seconds) if story.seconds else ""),
        ("By", element("a", who, href=url) if url.startswith(("http://", "https://")) else who),
    ]
    items = [element("div", element("dt", name), element("dd", value)) for name, value in shown if value]
    return element("dl", items, class_="facts") if items else EMPTY


def findings(story: Story) -> Markup:
    """Each cause with its evidence and the last lines of its log."""
    return element("div", element("h3", "Findings"), map(_finding, story.findings)) if story.findings else EMPTY


def _finding(finding: Json) -> Markup:
    place = ", ".join(f"{key} {finding[key]}" for key in ("pod", "container") if finding.get(key))
    logs = [str(line) for line in finding.get("logs") or ()] if isinstance(finding.get("logs"), list) else []
    evidence = finding.get("evidence")
    rows = [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in _items(evidence)
    ]
    return element(
        "article",
        element("h4", str(finding.get("title") or finding.get("code") or "finding")),
        element("p", place, class_="soft small") if place else None,
        element("p", str(finding.get("message") or "")),
        element("p", element("strong", "What to do: "), str(finding["hint"])) if finding.get("hint") else None,
        element("pre", "\n".join(logs), tabindex="0", role="region", aria_label=f"Last log lines of {place or 'it'}")
        if logs
        else None,
        unfolded("Evidence and events", f"Evidence: {finding.get('title', '')}", ("What", "Value"), rows, ("", TEXT))
        if rows
        else None,
        class_="cause" if finding.get("severity") == "terminal" else "cause is-mild",
    )


def _items(evidence: object) -> list[tuple[str, t.Any]]:
    return (
        [(str(name).replace("_", " "), value) for name, value in evidence.items()] if isinstance(evidence, dict) else []
    )


def said(story: Story) -> Markup:
    """What was done about it, in the module's words; the findings' own are told above."""
    told = {str(finding.get("message")) for finding in story.findings}
    lines = [line.strip() for line in story.text if not any(message and message in line for message in told)]
    lines = [line for line in lines if not line.startswith("log: ")]
    return element("ul", [element("li", line) for line in lines], class_="said") if lines else EMPTY


def timeline(story: Story) -> Markup:
    """What happened when."""
    if not story.moments:
        return EMPTY
    rows = [(f"{moment.seconds:.1f} s", moment.text) for moment in story.moments]
    return unfolded(
        f"What happened when ({len(rows)})", f"Timeline of {story.workload}", ("After", "What"), rows, ("", TEXT)
    )
