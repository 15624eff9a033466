# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds


def test_every_kind_is_found_by_its_name() -> None:
    assert [kinds.named(name) for name in kinds.NAMES] == list(kinds.KINDS)


@pytest.mark.parametrize("name", ["CronJob", "deployment", ""])
def test_any_other_kind_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(errors.InvalidInput, match="cannot be rolled here; write one of: Deployment"):
        kinds.named(name)


def test_only_a_daemon_set_has_no_number_of_replicas() -> None:
    assert [kind.RESOURCE.kind for kind in kinds.KINDS if kind.UNSCALABLE] == ["DaemonSet"]


def test_a_job_is_waited_for_and_never_rolled() -> None:
    assert kinds.waited_for("Job").RESOURCE.kind == "Job"
    with pytest.raises(errors.InvalidInput, match="a Job cannot be rolled here: it has no revisions"):
        kinds.named("Job")


def test_any_other_kind_is_waited_for_by_an_expression() -> None:
    with pytest.raises(errors.InvalidInput, match="none of Deployment.*say with api_version and success_condition"):
        kinds.waited_for("Widget")
