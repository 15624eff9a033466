# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, registries


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("team/app", "docker.io/team/app"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("localhost/app", "localhost/app"),
        ("registry:5000/app", "registry:5000/app"),
        ("Registry.Example/team/app", "registry.example/team/app"),
    ],
)
def test_a_repository_has_one_name_however_it_is_written(written: str, whole: str) -> None:
    assert registries.whole(written) == whole


def pods(**images: str) -> dict[str, t.Any]:
    first, *rest = images.items()
    return {
        "spec": {
            "containers": [{"name": first[0], "image": first[1]}],
            "initContainers": [{"name": name, "image": image} for name, image in rest],
        }
    }


@pytest.mark.parametrize(
    ("allowed", "image", "is_allowed"),
    [
        ("registry.example", "registry.example/app:1", True),
        ("registry.example", "registry.example:5000/app:1", False),
        ("registry.example", "registry.example.evil.org/app:1", False),
        ("ghcr.io/team/", "ghcr.io/team/app:1", True),
        ("ghcr.io/team", "ghcr.io/team-b/app:1", False),
        ("ghcr.io/team/app", "ghcr.io/team/app@sha256:" + 64 * "a", True),
        ("docker.io/library", "nginx", True),
        ("docker.io/library", "team/nginx", False),
        ("index.docker.io", "team/nginx", True),
        ("registry.example", "not an image", False),
    ],
)
def test_an_image_is_allowed_within_a_place_and_only_there(allowed: str, image: str, is_allowed: bool) -> None:
    places = registries.read([allowed], "allowed_registries")
    assert registries.outside(pods(app=image), places) == ({} if is_allowed else {"app": image})


def test_init_containers_count_and_no_list_allows_everything() -> None:
    template = pods(app="registry.example/app:1", prepare="busybox:1")
    assert registries.outside(template, ("registry.example",)) == {"prepare": "busybox:1"}
    assert registries.outside(template, ()) == {}


@pytest.mark.parametrize(
    "written", ["", "team/app", "https://registry.example", "registry.example/app:1.0", "*.io", "a b.io"]
)
def test_what_is_no_place_is_refused(written: str) -> None:
    with pytest.raises(errors.InvalidInput, match="^allowed_registries: .* is no place for images: write a registry"):
        registries.read([written], "allowed_registries")
