# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.plugin_utils._pace import Pace


def counts(text: str, about: str = "shop/app", **how: t.Any) -> dict[str, t.Any]:
    """A passing state as the module tells it."""
    return {"text": f"{about}  {text}", "about": about, "state": "counts", "passing": True, **how}


def news(text: str, about: str = "shop/app") -> dict[str, t.Any]:
    """A line that must not be lost."""
    return {"text": f"{about}  {text}", "about": about}


def test_of_states_within_a_second_the_first_and_the_latest_are_shown() -> None:
    pace = Pace()
    assert pace.take(counts("0/3"), 10.0) == ["  shop/app  0/3"]
    assert pace.take(counts("1/3"), 10.2) == []
    assert pace.take(counts("2/3"), 10.4) == []
    assert pace.due() == 11.0
    assert pace.ripe(10.9) == []
    assert pace.ripe(11.0) == ["  shop/app  2/3"]
    assert pace.due() is None


def test_what_must_not_be_lost_is_shown_at_once_after_what_was_seen_before_it() -> None:
    pace = Pace()
    pace.take(counts("0/3"), 10.0)
    pace.take(counts("1/3"), 10.1)
    assert pace.take(news("image not found"), 10.2) == ["  shop/app  1/3", "  shop/app  image not found"]


def test_the_last_state_stands_for_the_one_before_it() -> None:
    pace = Pace()
    pace.take(counts("2/3"), 10.0)
    pace.take(counts("3/3, 1 old"), 10.1)
    assert pace.take(counts("3/3: complete", passing=False), 10.2) == ["  shop/app  3/3: complete"]
    assert pace.rest() == []


def test_what_still_waits_at_the_end_is_shown() -> None:
    pace = Pace()
    pace.take(counts("0/3"), 10.0)
    pace.take(counts("1/3"), 10.1)
    assert pace.rest() == ["  shop/app  1/3"]


def test_workloads_do_not_wait_for_each_other_and_their_lines_are_aligned() -> None:
    pace = Pace(["shop/app", "shop/basket"])
    assert pace.take(counts("0/3"), 10.0) == ["  shop/app     0/3"]
    assert pace.take(counts("0/2", "shop/basket"), 10.1) == ["  shop/basket  0/2"]


def test_details_are_for_those_who_ask_and_keep_nothing_else_waiting() -> None:
    pod = {"text": "shop/app  pod a: ready", "about": "shop/app", "state": "a", "passing": True, "detail": True}
    assert Pace().take(pod, 10.0) == []
    pace = Pace(details=True)
    assert pace.take(pod, 10.0) == ["  shop/app  pod a: ready"]
    assert pace.take({**pod, "text": "shop/app  pod a: not ready"}, 10.1) == []
    assert pace.take({**pod, "state": "b", "text": "shop/app  pod b: ready"}, 10.2) == []
    assert pace.take({**pod, "text": "shop/app  pod a: gone"}, 10.3) == []
    assert pace.take(counts("1/3"), 10.4) == ["  shop/app  1/3"]
    assert pace.ripe(11.0) == ["  shop/app  pod b: ready", "  shop/app  pod a: gone"]


def test_lines_about_no_workload_are_shown_as_they_are() -> None:
    assert Pace(["shop/basket"]).take({"text": "hello"}, 1.0) == ["  hello"]
    assert Pace().take({"requests": 7}, 1.0) == []
