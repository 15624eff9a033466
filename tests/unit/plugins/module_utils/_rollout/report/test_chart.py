# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import chart

FRAME = chart.Frame(10.0, 20.0, 100.0, 4.0)


def test_a_stack_is_drawn_in_steps() -> None:
    drawn = chart.area(FRAME, chart.Band("v0", ((10.0, 0.0, 2.0), (15.0, 0.0, 4.0))), 20.0)
    assert drawn == '<path d="M0 50L500 50L500 0L1000 0L1000 100L500 100L0 100Z" class="area v0"></path>'


def test_a_line_breaks_where_nothing_was_measured() -> None:
    assert chart.line(FRAME, [(10.0, 0.0), None, (15.0, 2.0), (20.0, 4.0)], "p99").count("M") == 2
    assert chart.line(FRAME, [None], "p99") == ""


def test_what_lies_outside_is_drawn_at_the_edge() -> None:
    assert (FRAME.x(0.0), FRAME.x(99.0), FRAME.y(9.0), FRAME.y(-1.0)) == (0.0, 1.0, 0.0, 100.0)
    assert (chart.Frame(5, 5, 10, 0).x(5), chart.Frame(5, 5, 10, 0).y(1)) == (0.0, 10)


def test_the_first_and_last_time_stay_within_the_page() -> None:
    told = "".join(chart.times(FRAME, lambda at: f"{at:g}"))
    assert 'text-anchor="start" class="tick">10<' in told and 'text-anchor="end" class="tick">20<' in told


def test_a_picture_has_a_name_and_a_description() -> None:
    drawn = chart.figure("pods", "Pods <1>", "Three of them.", 100, *chart.grid(FRAME, [(4.0, "4")]))
    assert 'role="img" aria-labelledby="pods-title" aria-describedby="pods-desc"' in drawn
    assert '<title id="pods-title">Pods &lt;1&gt;</title><desc id="pods-desc">Three of them.</desc>' in drawn


def test_a_column_is_never_too_narrow_to_be_seen() -> None:
    assert 'width="0.20%"' in chart.column(FRAME, 15.0, 15.0, "errors", "7 failed")
    assert chart.plot(FRAME, chart.column(FRAME, 10, 20, "none")).startswith('<svg viewBox="0 0 1000 100"')
