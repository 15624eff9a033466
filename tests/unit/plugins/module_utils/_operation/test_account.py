# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import account
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, moments, tokens
from ansible_collections.steady.rollout.tests.unit.issuing import NOW, Issuer, token

WANTED = account.Wanted("shop", "upgrade", lifetime=3600.0, renew_before=1200.0)


def issue(issuer: Issuer, present: str | None, *, dry_run: bool = False) -> account.Issued:
    return account.issue(t.cast("t.Any", issuer), WANTED, present, issuer.now, dry_run=dry_run)


def test_where_there_is_none_a_token_with_the_time_asked_for_is_issued() -> None:
    issuer = Issuer()
    made = issue(issuer, None)
    assert (made.why, made.before) == ("there was none", None)
    assert made.expires and moments.iso(made.expires) == "2026-11-23T11:00:00Z"
    assert issuer.asked[0]["spec"] == {"expirationSeconds": 3600}
    assert tokens.carried(made.text)
    assert "text" not in repr(made)


def test_one_that_still_does_is_left_alone() -> None:
    issuer = Issuer()
    text = issue(issuer, None).text
    issuer.now = "2026-11-23T10:39:00Z"
    again = issue(issuer, text)
    assert (again.why, again.text, len(issuer.asked)) == ("", "", 1)
    assert again.expires == again.before


@pytest.mark.parametrize(
    ("now", "lifetime", "uid", "server", "why"),
    [
        ("2026-11-23T10:40:00Z", 3600, "u-1", "https://10.0.0.1:6443", "its token was about to expire"),
        ("2026-11-23T11:00:00Z", 3600, "u-1", "https://10.0.0.1:6443", "its token had expired"),
        (NOW, 7200, "u-1", "https://10.0.0.1:6443", "its token would have lived longer than asked for now"),
        (NOW, 3600, "u-0", "https://10.0.0.1:6443", "the ServiceAccount is not the one that it was made for"),
        (NOW, 3600, "u-1", "https://10.0.0.2:6443", "the API server's address or CA is another one"),
    ],
)
def test_one_that_does_not_do_any_more_is_renewed(now: str, lifetime: int, uid: str, server: str, why: str) -> None:
    issuer = Issuer()
    issuer.now = now
    present = tokens.kubeconfig({**issuer.endpoint, "server": server}, "shop", "upgrade", token(lifetime, uid=uid))
    made = issue(issuer, present)
    assert made.why == why
    assert made.text
    assert made.text != present


def test_a_dry_run_asks_for_no_token_and_takes_a_missing_account_for_one_that_will_be_made() -> None:
    issuer = Issuer()
    assert issue(issuer, None, dry_run=True) == account.Issued("there was none", None, None)
    issuer.uid = ""
    assert issue(issuer, None, dry_run=True).why == "there was none"
    with pytest.raises(errors.NotFound):
        issue(issuer, None)
    assert issuer.asked == []


@pytest.mark.parametrize("other", ["somebody's notes", tokens.kubeconfig({}, "shop", "read", token(60, name="read"))])
def test_the_file_of_somebody_else_is_refused(other: str) -> None:
    with pytest.raises(
        errors.Refused, match="no kubeconfig of ServiceAccount shop/upgrade made here.*Nothing was changed"
    ):
        issue(Issuer(), other)
