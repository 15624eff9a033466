# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.steady.rollout.lab.demo_story import film, picture

SVG = "{http://www.w3.org/2000/svg}"
FILM = """$ ansible-playbook x.yml
   0.4 | TASK [Upgrade] ***
   1.3 |   shop/app  00:01  <1/3>
   1.3 | fatal: [localhost]: FAILED! =>
   2.5 |     pod a
   2.6 | PLAY RECAP ***
   2.6 | localhost : failed=1"""


def test_each_line_comes_at_its_second_in_its_colour() -> None:
    assert picture.lines(FILM) == [
        (0.0, "typed", "$ ansible-playbook x.yml"),
        (0.4, "task", "TASK [Upgrade] ***"),
        (1.3, "", "  shop/app  00:01  <1/3>"),
        (1.3, "fatal", "fatal: [localhost]: FAILED! =>"),
        (2.5, "fatal", "    pod a"),
    ]


def test_what_is_wider_than_the_terminal_goes_on_in_the_next_line() -> None:
    wide = "$ x\n   1.0 | " + "a" * picture.COLUMNS + "bc"
    assert [line.text for line in picture.lines(wide)] == ["$ x", "a" * picture.COLUMNS, "bc"]


def test_every_line_stands_in_the_picture_and_waits_for_its_moment() -> None:
    drawing = ET.fromstring(picture.drawn(FILM, "A <film>"))
    texts = drawing.findall(f"{SVG}text")
    assert [text.text for text in texts] == [line.text for line in picture.lines(FILM)]
    assert [text.get("style") for text in texts[:3]] == [None, "animation: f0 6.5s 3", "animation: f1 6.5s 3"]
    assert drawing.findtext(f"{SVG}title") == "A <film>"
    # A line comes after its share of the whole, and not before.
    assert "@keyframes f0 { 0%, 6.2% { opacity: 0 } 6.3%, 100% { opacity: 1 } }" in (
        drawing.findtext(f"{SVG}style") or ""
    )


def test_the_pictures_in_the_guides_are_those_of_the_films() -> None:
    drawn = film.pictures(film.PAGE.read_text(encoding="utf-8"))
    assert {path.name: path.read_text(encoding="utf-8") == text for path, text in drawn.items()} == {
        "film-upgrade.svg": True,
        "film-failure.svg": True,
    }
