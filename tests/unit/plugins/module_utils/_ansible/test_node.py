# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._ansible import node
from ansible_collections.steady.rollout.plugins.module_utils._operation.drain import Drained
from ansible_collections.steady.rollout.plugins.module_utils._operation.uncordon import Uncordoned
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, nodes
from ansible_collections.steady.rollout.tests.unit import samples


def test_a_node_has_a_name() -> None:
    assert node.name_of({"name": " worker-1 "}) == "worker-1"
    with pytest.raises(errors.InvalidInput, match="name is empty"):
        node.name_of({"name": " "})


def test_a_drain_tells_what_the_next_step_needs() -> None:
    note = nodes.Note("ann", "", "b1", False, (samples.REFERENCE,))
    result = node.drained(Drained("done", note, evicted=("shop/app-1",), booted=True))
    assert (result["former_boot_id"], result["booted"], result["returned"]) == ("b1", True, False)
    assert result["workloads"] == [{"kind": "Deployment", "namespace": "shop", "name": "app"}]
    assert "diff" not in result


def test_a_return_tells_the_boot_and_its_workloads() -> None:
    result = node.uncordoned(Uncordoned("back", boot_id="b2", diff={"before": "a", "after": "b"}))
    assert (result["boot_id"], result["results"], result["diff"]) == ("b2", [], {"before": "a", "after": "b"})
