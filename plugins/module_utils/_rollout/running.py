# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the pods of a complete rollout run what was asked for: where a digest names the image, the node says which one it took."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import images, objects
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding, containers
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Snapshot


def other_images(snapshot: Snapshot) -> t.Iterator[Finding]:
    """One finding for each container of a new pod that runs another digest than its template names. It dooms nothing."""
    for pod in snapshot.new_pods:
        for container, status in containers(pod):
            wanted = images.digest_of(container.get("image", ""))
            taken = images.digest_of(str(status.get("imageID", "")))
            if wanted and taken and wanted != taken:
                yield Finding(
                    code="image_mismatch",
                    title="another image runs",
                    message=f"asked for {wanted}, the node runs {taken}",
                    pod=objects.name(pod),
                    container=container["name"],
                    hint="Check what the registry, or a mirror of it, holds under that digest.",
                    evidence={"image": container["image"], "image_id": status["imageID"]},
                )
