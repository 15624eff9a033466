# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import chapter
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.story import Story, story_of
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_a_failure_shows_its_cause_its_log_and_what_to_do() -> None:
    told = chapter.chapter(1, story_of(examples.told("crash_loop"), examples.RUN), {}, [("Takes back", 2)])
    assert "<h4>container keeps crashing</h4>" in told
    assert "unknown port</pre>" in told
    assert '<p class="next"><strong>Next: </strong>' in told
    assert 'Takes back <a href="#rollout-2">rollout 2</a>.' in told
    assert "<li>Rolled back to revision 3" in told


def test_what_a_finding_says_is_not_said_twice() -> None:
    assert chapter.chapter(1, story_of(examples.told("image_not_found"), {}), {}, []).count("9.9: not found</p>") == 1
    assert "not found" not in chapter.said(story_of(examples.told("image_not_found"), {}))


def test_only_a_web_address_is_linked() -> None:
    evil = story_of(examples.told("upgrade"), {"by": "me", "url": "javascript:alert(1)"})
    assert "javascript" not in chapter.facts(evil)
    assert 'href="https://awx.example/' in chapter.facts(story_of(examples.told("upgrade"), examples.RUN))


def test_what_is_not_known_is_left_out() -> None:
    bare = Story("", "version is empty.", "failed")
    assert chapter.facts(bare) == chapter.findings(bare) == chapter.timeline(bare) == ""
