# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report.markup import element, joined


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = element("b", "1 < 2 & <script>")
    assert element("p", inner, ["a", None, ["b"]]) == "<p><b>1 &lt; 2 &amp; &lt;script&gt;</b>ab</p>"


def test_attributes_are_escaped_and_may_be_left_out() -> None:
    made = element("a", "x", href='"><script>', class_="c", aria_label="l", hidden=True, id=None)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" class="c" aria-label="l" hidden>x</a>'


def test_some_elements_have_no_end() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_control_characters_and_half_characters_are_replaced() -> None:
    assert joined("a\x00b\ud800c\nd\te") == "a\ufffdb\ufffdc\nd\te"
    assert joined("6\u202f500 \u202e") == "6\u202f500 \ufffd"
