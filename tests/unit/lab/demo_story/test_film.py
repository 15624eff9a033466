# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.lab.demo_story import film
from ansible_collections.steady.rollout.lab.demo_story.settings import DemoError

PAGE = "before\n<!-- film: upgrade -->\n```text\nold\n```\nafter\n<!-- film: failure -->\n```text\n```\n"


def test_each_line_stands_beside_its_second() -> None:
    lines = [
        (0.1, "Using /home/x"),
        (0.4, "TASK [Upgrade] "),
        (1.26, "  shop/app  00:01"),
        (1.3, ""),
        (1.4, "    pod a"),
    ]
    start = "$ ansible-playbook x.yml\n   0.4 | TASK [Upgrade]\n   1.3 |   shop/app  00:01"
    assert film.told("ansible-playbook x.yml", lines) == f"{start}\n   1.4 |     pod a"
    assert film.told("ansible-playbook x.yml", lines, results=True) == start


def test_a_film_takes_the_place_of_the_one_before_and_of_no_other() -> None:
    made = film.put(film.put(PAGE, "upgrade", "$ new \\1"), "failure", "$ bad")
    assert made == PAGE.replace("old\n", "$ new \\1\n").replace("```text\n```", "```text\n$ bad\n```")
    assert film.put(made, "upgrade", "$ new \\1") == made


def test_a_film_without_a_place_is_named() -> None:
    with pytest.raises(DemoError, match="has no place for the film gone"):
        film.put(PAGE, "gone", "")


def test_the_page_has_a_place_for_every_film() -> None:
    page = film.PAGE.read_text(encoding="utf-8")
    for scene in film.SCENES:
        assert film.put(page, scene.name, "x") != page
