# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import running
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.steady.rollout.tests.unit import samples

ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def snapshot_of(image: str, image_id: str) -> Snapshot:
    pod = samples.recorded("pod")
    pod["spec"]["containers"][0]["image"] = image
    pod["status"]["containerStatuses"][0]["imageID"] = image_id
    return Snapshot({}, new_pods=(pod,))


@pytest.mark.parametrize(
    ("image", "image_id"),
    [
        (f"registry.lab:5000/app@{ONE}", f"registry.lab:5000/app@{ONE}"),
        (f"registry.lab:5000/app:2.0@{ONE}", f"mirror.lab/app@{ONE}"),
        ("registry.lab:5000/app:2.0", f"registry.lab:5000/app@{OTHER}"),
        (f"registry.lab:5000/app@{ONE}", ""),
    ],
    ids=["the same digest", "by way of a mirror", "no digest asked for", "the node has not said yet"],
)
def test_a_pod_that_runs_what_was_asked_for_is_no_finding(image: str, image_id: str) -> None:
    assert list(running.other_images(snapshot_of(image, image_id))) == []


def test_another_digest_is_told_with_both() -> None:
    (finding,) = running.other_images(snapshot_of(f"registry.lab:5000/app@{ONE}", f"registry.lab:5000/app@{OTHER}"))
    assert finding.code == "image_mismatch"
    assert ONE in finding.message
    assert OTHER in finding.message
