# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, objects, templates
from ansible_collections.steady.rollout.tests.unit import samples

Json = dict[str, t.Any]

AAA, BBB = "sha256:" + 64 * "a", "sha256:" + 64 * "b"


def template(*containers: str, marked: str = "", init: str = "") -> Json:
    """A pod template with these containers, given as name=image."""

    def listed(texts: t.Iterable[str]) -> list[Json]:
        return [dict(zip(("name", "image"), text.split("="), strict=True)) for text in texts]

    meta = {"annotations": {templates.DEFAULT_CONTAINER: marked}} if marked else {}
    first = {"initContainers": listed([init])} if init else {}
    return {"metadata": meta, "spec": {"containers": listed(containers), **first}}


@pytest.mark.parametrize(
    ("pod", "wanted", "container"),
    [
        (template("app=a:1"), "", "app"),
        (template("web=a:1"), "", "web"),
        (template("web=a:1", "proxy=b:1", marked="web"), "", "web"),
        (template("web=a:1", "app=b:1"), "", "app"),
        (template("web=a:1", "app=b:1"), "web", "web"),
        (template("web=a:1", "app=b:1", marked="gone"), "", "app"),
        (template("app=a:1", init="migrate=a:1"), "migrate", "migrate"),
    ],
    ids=["only", "only, other name", "marked", "named like it", "asked for", "mark is stale", "init"],
)
def test_the_version_is_that_of_the_main_container(pod: Json, wanted: str, container: str) -> None:
    assert templates.main_container(pod, "app", wanted) == container


def test_where_none_is_the_main_container_they_are_listed() -> None:
    with pytest.raises(errors.InvalidInput, match=r"several containers \(web, proxy\): say with 'container'"):
        templates.main_container(template("web=a:1", "proxy=b:1"), "app")


def test_a_container_that_does_not_exist_is_refused_with_those_there_are() -> None:
    with pytest.raises(errors.InvalidInput, match="container 'db' does not exist in it; it has: web, proxy"):
        templates.main_container(template("web=a:1", "proxy=b:1"), "app", "db")


def test_without_a_main_container_every_version_is_told() -> None:
    assert templates.version(template("web=a:1", "proxy=b:2"), "app") == "web=1, proxy=2"


def wanted(pod: Json, **options: t.Any) -> dict[str, str]:
    return templates.wanted_images(pod, "app", **{"to_version": "", "to_images": {}, "container": "", **options})


def test_a_version_goes_to_the_main_container() -> None:
    pod = template("app=registry.lab:5000/app:1.0", "proxy=b:1")
    assert wanted(pod, to_version="2.0") == {"app": "registry.lab:5000/app:2.0"}
    assert wanted(pod, to_version="2", container="proxy") == {"proxy": "b:2"}


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ({"db": "a:1"}, "container 'db' does not exist"),
        ({"app": "A:1"}, "image 'A:1' cannot be parsed"),
        ({"app": ""}, "cannot be parsed"),
    ],
)
def test_images_are_all_checked_before_any_is_taken(images: dict[str, str], words: str) -> None:
    with pytest.raises(errors.InvalidInput, match=words):
        wanted(template("app=a:1"), to_images={"app": "a:2", **images})


def test_only_the_images_change() -> None:
    before = samples.workload("1.0")["spec"]["template"]
    after = templates.with_images(before, {"app": "registry.lab:5000/app:2.0"})
    assert after == samples.workload("2.0")["spec"]["template"]
    assert objects.images(before) == {"app": "registry.lab:5000/app:1.0"}


def test_init_containers_are_changed_by_name_too() -> None:
    after = templates.with_images(template("app=a:1", init="migrate=a:1"), {"migrate": "a:2"})
    assert objects.images(after) == {"app": "a:1", "migrate": "a:2"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a.io/app:1.0", "a.io/app:2.0", ("1.0", "2.0")),
        ("a.io/app:1.0", "a.io/app:1.0", ("1.0", "1.0")),
        (f"a.io/app:1.0@{AAA}", "a.io/app:2.0", ("1.0", "2.0")),
        ("a.io/app:1.0", f"a.io/app:1.0@{AAA}", ("1.0", "1.0 (sha256:aaaaaaaaaaaa)")),
        (f"a.io/app:1.0@{AAA}", f"a.io/app:1.0@{BBB}", ("1.0 (sha256:aaaaaaaaaaaa)", "1.0 (sha256:bbbbbbbbbbbb)")),
        (f"a.io/app:1.0@{AAA}", f"b.io/app:1.0@{AAA}", ("a.io/app:1.0", "b.io/app:1.0")),
    ],
)
def test_one_tag_of_two_images_is_told_apart(before: str, after: str, told: tuple[str, str]) -> None:
    old, new = ({"spec": {"containers": [{"name": "app", "image": image}]}} for image in (before, after))
    assert templates.versions(old, new, "app") == told
