# SPDX-License-Identifier: GPL-3.0-or-later
"""Where images come from: names as registries know them, and which registries are allowed."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images, objects

Json = dict[str, t.Any]

DOCKER_HUB = "docker.io"
_HUB = frozenset((DOCKER_HUB, "index.docker.io", "registry-1.docker.io"))
_PLACE = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]+)(?::[0-9]+)?(?:/[a-z0-9._-]+)*")


def whole(repository: str) -> str:
    """The repository with its registry and its whole path: ``nginx`` is ``docker.io/library/nginx``."""
    host, slash, path = repository.partition("/")
    if not slash or not _is_host(host):
        host, path = DOCKER_HUB, repository
    registry = known(host)
    return f"{registry}/library/{path}" if registry == DOCKER_HUB and "/" not in path else f"{registry}/{path}"


def known(host: str) -> str:
    """The registry by the one name under which everything here knows it."""
    return DOCKER_HUB if host in _HUB else host.lower()


def read(written: t.Iterable[t.Any], option: str) -> tuple[str, ...]:
    """Registries, or parts of them, as people write them. Raises InvalidInput for what can be none."""
    return tuple(_place(str(item).strip(), option) for item in written)


def outside(template: Json, allowed: t.Sequence[str]) -> dict[str, str]:
    """Container to image, init containers too, of those that none of the allowed places has; none when anything is allowed."""
    found = objects.images(template) if allowed else {}
    return {container: image for container, image in found.items() if not _is_in(image, allowed)}


def _place(text: str, option: str) -> str:
    place = text.rstrip("/")
    host, _slash, path = place.partition("/")
    if not _PLACE.fullmatch(place) or not _is_host(host):
        raise errors.InvalidInput(
            f"{option}: {text!r} is no place for images: write a registry, or a part of one, without scheme and tag, such as"
            " registry.example:5000, ghcr.io/team or docker.io/library."
        )
    return f"{known(host)}/{path}" if path else known(host)


def _is_in(image: str, places: t.Iterable[str]) -> bool:
    try:
        name = whole(images.parse(image).repository)
    except errors.InvalidInput:
        return False
    return any(name == place or name.startswith(f"{place}/") for place in places)


def _is_host(part: str) -> bool:
    """As runtimes tell a registry from the first part of a path on Docker Hub."""
    return "." in part or ":" in part or part == "localhost" or part != part.lower()
