# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit import samples


def test_a_workload_is_named_by_kind_namespace_and_name() -> None:
    reference = Reference("Deployment", "shop", "app")
    assert (str(reference), reference.short) == ("Deployment shop/app", "shop/app")


def test_events_belong_to_an_object_by_uid_not_by_name() -> None:
    pod = samples.pod("2.0")
    namesake = samples.having(pod, {"metadata": {"uid": "of-an-earlier-pod"}})
    mine, other = (samples.event(about, "Unhealthy", "") for about in (pod, namesake))
    assert samples.rolling([pod], [other, mine]).events_about(pod) == (mine,)
