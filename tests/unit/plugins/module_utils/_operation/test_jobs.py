# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs, permissions
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, kinds

Json = dict[str, t.Any]


def granted(rules: list[Json]) -> set[tuple[str, str]]:
    return {(verb, plural) for rule in rules for plural in rule["resources"] for verb in rule["verbs"]}


def test_each_operation_belongs_to_one_job() -> None:
    assert sorted(name for names in jobs.JOBS.values() for name in names) == sorted(permissions.NAMES)


@pytest.mark.parametrize("kind", kinds.NAMES)
@pytest.mark.parametrize("job", jobs.JOBS)
def test_every_job_may_read_and_only_its_own_kind(job: str, kind: str) -> None:
    reading, _cluster = jobs.rules(["read"], [], [kind])
    rules, cluster = jobs.rules([job], [], [kind])
    assert granted(reading) <= granted(rules)
    others = {other.RESOURCE.plural for other in kinds.KINDS} - {kinds.named(kind).RESOURCE.plural}
    assert not others & {plural for _verb, plural in granted(rules)}
    assert cluster == []


def test_only_those_who_change_something_may_and_only_deploy_creates() -> None:
    of_job = {job: granted(jobs.rules([job], [], ["Deployment"])[0]) for job in jobs.JOBS}
    assert {verb for verb, _plural in of_job["read"]} == {"get", "list", "watch"}
    assert [job for job, rights in of_job.items() if ("create", "deployments") in rights] == ["deploy"]
    assert [job for job, rights in of_job.items() if ("patch", "deployments") not in rights] == ["read"]


def test_rights_of_their_own_come_only_with_what_uses_them() -> None:
    bare = granted(jobs.rules(["deploy"], [], ["DaemonSet"])[0])
    for use in jobs.USES:
        more, cluster = jobs.rules(["deploy"], [use], ["DaemonSet"])
        assert granted(more) | granted(cluster) > bare, use
    assert "secrets" not in {plural for _verb, plural in bare}
    assert granted(jobs.rules(["deploy"], ["ignore_unready_nodes"], ["DaemonSet"])[1]) == {
        ("list", "nodes"),
        ("watch", "nodes"),
    }


def test_jobs_of_one_account_are_merged_without_a_rule_twice() -> None:
    rules, _cluster = jobs.rules(["upgrade", "rollback"], ["canary", "blue_green"], ["Deployment", "StatefulSet"])
    named = [(rule["apiGroups"][0], plural) for rule in rules for plural in rule["resources"]]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((["upgrades"], [], ["Deployment"]), "jobs: there is no upgrades, choose among read, upgrade"),
        (([], [], ["Deployment"]), "jobs is empty: name at least one of read"),
        ((["read"], ["everything"], ["Deployment"]), "uses: there is no everything"),
        ((["read"], [], ["Pod"]), "kinds: there is no Pod"),
    ],
)
def test_what_is_unknown_is_named(given: tuple[list[str], list[str], list[str]], words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        jobs.rules(*given)
