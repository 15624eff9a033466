# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, notice

Json = dict[str, t.Any]

GOOD: Json = {
    "changed": True,
    "failed": False,
    "msg": "Upgraded Deployment shop/app from 1.0 to 2.0 in 3.2 s.",
    "workload": {"kind": "Deployment", "namespace": "shop", "name": "app"},
    "before": {"version": "1.0", "revision": 1, "images": {"app": "registry.lab:5000/app:1.0"}},
    "after": {"version": "2.0", "revision": 2, "images": {"app": "registry.lab:5000/app:2.0"}},
    "status": "complete",
    "findings": [],
    "gates": [],
    "rolled_back": {},
    "seconds": 3.2,
    "timeline": [{"seconds": 0.1, "text": "shop/app 1/3 new ready"}],
}
BAD: Json = {
    **GOOD,
    "failed": True,
    "status": "failed",
    "msg": "Upgrade of Deployment shop/app from 1.0 to 9.9 failed after 1.2 s: image not found.\n"
    "  pod app-1, container app: <manifest> & ```more``` unknown\nRolled back to revision 1.\nNext: push the image.",
    "after": {"version": "1.0", "revision": 3},
    "rolled_back": {"revision": 3, "version": "1.0"},
    "findings": [
        {
            "code": "image_not_found",
            "title": "image not found",
            "message": "token=hunter2",
            "pod": "app-1",
            "logs": ["x"],
        }
    ],
}


def test_a_program_is_told_the_facts_of_each_workload() -> None:
    assert notice.generic([BAD], report="/tmp/report.html") == {
        "failed": True,
        "report": "/tmp/report.html",
        "text": "Upgrade of Deployment shop/app from 1.0 to 9.9 failed after 1.2 s: image not found.",
        "workloads": [
            {
                "kind": "Deployment",
                "namespace": "shop",
                "name": "app",
                "outcome": "rolled back",
                "changed": True,
                "seconds": 3.2,
                "before": {"version": "1.0", "revision": 1},
                "after": {"version": "1.0", "revision": 3},
                "findings": [
                    {
                        "code": "image_not_found",
                        "title": "image not found",
                        "message": "token=***",
                        "pod": "app-1",
                        "container": "",
                    }
                ],
                "text": BAD["msg"],
            }
        ],
    }


def test_slack_is_told_what_people_want_to_know() -> None:
    assert notice.slack([GOOD]) == {
        "text": "Upgraded Deployment shop/app from 1.0 to 2.0 in 3.2 s.",
        "attachments": [
            {
                "color": "#2eb67d",
                "fallback": "Upgraded Deployment shop/app from 1.0 to 2.0 in 3.2 s.",
                "title": "Upgraded Deployment shop/app from 1.0 to 2.0 in 3.2 s.",
                "text": "",
                "mrkdwn_in": ["text"],
                "fields": [
                    {"title": "Workload", "value": "Deployment shop/app", "short": True},
                    {"title": "Outcome", "value": "complete", "short": True},
                    {"title": "Version", "value": "1.0 \N{RIGHTWARDS ARROW} 2.0", "short": True},
                    {"title": "Took", "value": "3.2 s", "short": True},
                ],
            }
        ],
    }


def test_a_failure_is_red_and_says_the_rest_where_it_stays_in_its_lines() -> None:
    (attachment,) = notice.slack([BAD], report="https://ci/report?a=1&b=2")["attachments"]
    assert attachment["color"] == "#e01e5a"
    assert attachment["text"] == (
        "```  pod app-1, container app: &lt;manifest&gt; &amp; ...more... unknown\n"
        "Rolled back to revision 1.\nNext: push the image.```"
    )
    assert notice.slack([BAD], report="a&b")["text"].endswith("\nReport: a&amp;b")


def test_nobody_is_called_by_words_from_the_cluster() -> None:
    calling = {**BAD, "msg": "<!channel> <https://evil|click>", "workload": {"name": "<!here>"}}
    assert "<" not in json.dumps(notice.slack([calling]))


def test_of_many_the_first_that_failed_is_told_and_how_many_there_are() -> None:
    assert notice.slack([GOOD, BAD, GOOD])["text"].endswith("image not found. (3 workloads, 1 failed)")
    assert len(notice.generic([GOOD] * 30)["workloads"]) == 30
    assert len(notice.slack([GOOD] * 30)["attachments"]) == 20


@pytest.mark.parametrize("form", [notice.generic, notice.slack])
@pytest.mark.parametrize(
    "result", [{}, {"failed": True, "msg": ""}, {"msg": None, "workload": 3, "findings": [1], "before": []}]
)
def test_a_result_of_another_module_is_no_trouble(form: t.Any, result: Json) -> None:
    assert form([result])["text"] == "It said nothing."


def test_a_very_long_message_is_cut_and_says_so() -> None:
    (entry,) = notice.generic([{**BAD, "msg": "x" * 9000}])["workloads"]
    assert len(entry["text"]) == 2501
    assert entry["text"].endswith("\N{HORIZONTAL ELLIPSIS}")


@pytest.mark.parametrize(
    "given",
    [GOOD, [GOOD], {"results": [GOOD]}, [{"results": [GOOD]}, {"skipped": True}], {"results": [{"results": [GOOD]}]}],
)
def test_results_are_found_however_they_were_registered(given: t.Any) -> None:
    assert notice.results_of(given) == (GOOD,)


@pytest.mark.parametrize("given", ["text", 5, None, [GOOD, "text"]])
def test_what_is_no_result_is_refused(given: t.Any) -> None:
    with pytest.raises(errors.InvalidInput, match="^results: a .* is no result"):
        notice.results_of(given)


def test_one_that_failed_makes_it_a_failure() -> None:
    assert notice.failed([GOOD, BAD])
    assert not notice.failed([GOOD])
