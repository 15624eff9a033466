# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import markdown, record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples


def test_the_report_in_markdown_tells_the_same() -> None:
    text = markdown.markdown(record.report_of("A day", record.entries_of(examples.day(), examples.RUN)))
    assert text.startswith("# A day\n\n4 rollouts: 2 complete, 2 rolled back.")
    assert "| 1 | Deployment shop/app upgraded from 1.0 to 2.0. | 1.0 → 2.0 | complete | 10:00:10 | 8.0 s |" in text
    assert "| http | passed | 500 requests, 0 failed, p99 12 ms in 10 s |" in text
    assert "- Taken back by rollout 2." in text
    assert "&lt;script>" in text and "<script" not in text


def test_nothing_that_was_said_can_end_a_cell_or_begin_a_link() -> None:
    assert markdown.plain("a|b\n[c](javascript:d) <i> `e`") == r"a\|b \[c\](javascript:d) &lt;i> \`e\`"


def test_a_log_line_stays_indented_whatever_it_holds() -> None:
    finding = {"title": "crash", "message": "exit code 1", "logs": ["```", "a\r# b"]}
    result = {"failed": True, "msg": "no", "findings": [finding]}
    text = markdown.markdown(record.report_of("t", record.entries_of([result], {})))
    assert "    ```\n    a # b" in text
