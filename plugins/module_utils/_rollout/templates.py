# SPDX-License-Identifier: GPL-3.0-or-later
"""Pod templates: which container is meant, what version it runs, and the template with other images."""

from __future__ import annotations

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images, objects

Json = dict[str, t.Any]

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
RESTARTED = "kubectl.kubernetes.io/restartedAt"


def main_container(template: Json, workload_name: str, wanted: str = "") -> str:
    """The container whose image gives the workload its version.

    The one asked for; else the only one; else the one that the template marks as default; else the one named like the workload.
    Raises InvalidInput listing the containers when none of these decides.
    """
    names = [container["name"] for container in objects.spec(template).get("containers") or ()]
    if wanted:
        if wanted not in objects.images(template):
            raise errors.InvalidInput(
                f"container {wanted!r} does not exist in it; it has: {', '.join(objects.images(template))}."
            )
        return wanted
    marked = objects.annotations_of(template).get(DEFAULT_CONTAINER, "")
    for candidate in (marked, workload_name, names[0] if len(names) == 1 else ""):
        if candidate in names:
            return candidate
    raise errors.InvalidInput(
        f"it has several containers ({', '.join(names)}): say with 'container' which one the version is for."
    )


def version(template: Json, workload_name: str, container: str = "") -> str:
    """The version it runs: that of its main container, or of all containers where none is the main one."""
    found = objects.images(template)
    try:
        return images.version_of(found[main_container(template, workload_name, container)])
    except errors.InvalidInput:
        return ", ".join(f"{name}={images.version_of(image)}" for name, image in found.items())


def versions(before: Json, after: Json, workload_name: str, container: str = "") -> tuple[str, str]:
    """The versions of two templates; where one tag stands for two images, with what tells those apart."""
    old, new = version(before, workload_name, container), version(after, workload_name, container)
    was, now = objects.images(before), objects.images(after)
    if old != new or was == now:
        return old, new
    changed = [name for name in now if was.get(name) != now[name]]
    digests = [[images.short_digest(found.get(name, "")) for name in changed] for found in (was, now)]
    if digests[0] == digests[1]:
        named = [", ".join(found.get(name, "").partition("@")[0] for name in changed) for found in (was, now)]
        return named[0], named[1]
    told = [", ".join(filter(None, each)) for each in digests]
    return f"{old} ({told[0]})" if told[0] else old, f"{new} ({told[1]})" if told[1] else new


def wanted_images(
    template: Json, workload_name: str, *, to_version: str, to_images: t.Mapping[str, str], container: str
) -> dict[str, str]:
    """Container to image as asked for, all of them checked. Raises InvalidInput."""
    present = objects.images(template)
    if to_version:
        target = main_container(template, workload_name, container)
        return {target: str(images.parse(present[target]).at(to_version))}
    for name, image in to_images.items():
        if name not in present:
            raise errors.InvalidInput(f"container {name!r} does not exist in it; it has: {', '.join(present)}.")
        images.parse(image)
    return dict(to_images)


def with_images(template: Json, wanted: t.Mapping[str, str]) -> Json:
    """The template with those containers' images replaced, nothing else touched."""

    def replaced(container: Json) -> Json:
        return {**container, "image": wanted[container["name"]]} if container["name"] in wanted else container

    pod = dict(objects.spec(template))
    for key in ("containers", "initContainers"):
        if pod.get(key):
            pod[key] = [replaced(container) for container in pod[key]]
    return {**template, "spec": pod}


def restarted(template: Json, at: str) -> Json:
    """The template with the mark of a restart at that date and time, as kubectl makes it."""
    meta = objects.metadata(template)
    return {**template, "metadata": {**meta, "annotations": {**objects.annotations_of(template), RESTARTED: at}}}
