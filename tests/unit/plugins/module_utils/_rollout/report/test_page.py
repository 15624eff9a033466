# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html
import html.parser
import itertools
import re

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import page, record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples

LIMIT = 300_000


class Outline(html.parser.HTMLParser):
    """Collects what stands in a page, and fails where an end does not match its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(text: str) -> Outline:
    found = Outline()
    found.feed(text)
    assert not found.open
    return found


def made(results: list[examples.Json]) -> str:
    return page.page(record.report_of("A <day>", record.entries_of(results, examples.RUN)))


def test_ten_minutes_of_fifty_pods_are_small_enough_to_mail() -> None:
    assert len(made(examples.large()).encode()) < LIMIT


def test_what_the_cluster_says_is_never_markup() -> None:
    text = made(examples.day())
    assert "&lt;script&gt;" in text and "<script" not in text


def test_the_page_loads_nothing_and_forbids_it() -> None:
    text = made(examples.day())
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(text)
    for tag, attributes in outline(text).seen:
        assert tag not in ("script", "img", "link", "iframe", "object", "form")
        assert "src" not in attributes and "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in text and "@import" not in text


def test_each_name_is_given_once_and_every_reference_leads_somewhere() -> None:
    seen = outline(made(examples.day())).seen
    names = [attributes["id"] for _tag, attributes in seen if "id" in attributes]
    assert len(names) == len(set(names))
    for _tag, attributes in seen:
        targets = [attributes.get(key) or "" for key in ("aria-labelledby", "aria-describedby")]
        targets += [found[1] for found in [re.match(r"#(.+)", attributes.get("href") or "")] if found]
        assert {target for target in targets if target} <= set(names)


def test_headings_descend_one_by_one() -> None:
    levels = [int(tag[1]) for tag, _attributes in outline(made(examples.day())).seen if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_a_release_and_its_rollback_lead_to_each_other() -> None:
    text = made(examples.day())
    assert 'Taken back by <a href="#rollout-2">' in text and 'Takes back <a href="#rollout-1">' in text


def test_an_empty_report_is_a_page_as_well() -> None:
    assert "There is nothing to tell" in made([])
