# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import controller_revisions, objects
from ansible_collections.steady.rollout.tests.unit import samples, sets


@pytest.mark.parametrize("of", ["statefulset", "daemonset"])
def test_the_kept_template_is_the_workloads_own(of: str) -> None:
    workload = samples.recorded(of)
    assert controller_revisions.template_of(sets.revision(of, "2.0", 2)) == objects.template(workload)


def test_a_null_that_an_older_server_writes_is_no_difference() -> None:
    older = samples.having(sets.STATEFUL_SET, {})
    older["spec"]["template"]["metadata"]["creationTimestamp"] = None
    assert controller_revisions.number_of(older, [sets.revision("statefulset", "2.0", 2)]) == 2


def test_the_number_is_that_of_the_present_template() -> None:
    revisions = [sets.revision("daemonset", "1.0", 3), sets.revision("daemonset", "2.0", 2)]
    assert controller_revisions.number_of(sets.DAEMON_SET, revisions) == 2
    assert controller_revisions.number_of(sets.DAEMON_SET, revisions[:1]) == 0


def test_the_newest_of_equals_counts() -> None:
    revisions = [sets.revision("daemonset", "2.0", 2), sets.revision("daemonset", "2.0", 5)]
    assert controller_revisions.number_of(sets.DAEMON_SET, revisions) == 5


def test_before_the_controller_has_seen_the_spec_no_pod_is_new() -> None:
    snapshot = sets.ordered({"metadata": {"generation": 3}})
    assert (snapshot.newest, snapshot.new_pods, len(snapshot.old_pods)) == (None, (), 3)


def test_what_another_workload_owns_is_nowhere() -> None:
    stranger = sets.revision("statefulset", "2.0", 2)
    stranger["metadata"]["ownerReferences"][0]["uid"] = "another-set"
    scopes = ([sets.STATEFUL_SET], [stranger], [], [])
    snapshot = controller_revisions.gather(sets.ORDERED, scopes, controller_revisions.with_template, objects.name)
    assert (snapshot.revisions, snapshot.newest) == ((), None)
