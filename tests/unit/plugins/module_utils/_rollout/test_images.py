# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("reference", "repository", "tag", "digest"),
    [
        ("app", "app", "", ""),
        ("app:1.0", "app", "1.0", ""),
        ("library/app:1.0", "library/app", "1.0", ""),
        ("registry.lab:5000/app", "registry.lab:5000/app", "", ""),
        ("registry.lab:5000/app:2.0", "registry.lab:5000/app", "2.0", ""),
        ("registry.lab:5000/team/app:v1_x-2.10", "registry.lab:5000/team/app", "v1_x-2.10", ""),
        (f"app@{DIGEST}", "app", "", DIGEST),
        (f"registry.lab:5000/app:2.0@{DIGEST}", "registry.lab:5000/app", "2.0", DIGEST),
        ("localhost/a__b/c--d:1", "localhost/a__b/c--d", "1", ""),
        ("[fd00::1]:5000/app:1.0", "[fd00::1]:5000/app", "1.0", ""),
    ],
)
def test_a_reference_falls_into_its_parts(reference: str, repository: str, tag: str, digest: str) -> None:
    assert images.parse(reference) == images.Image(repository, tag, digest)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        ":1.0",
        "App:1.0",
        "registry.lab/Team/app",
        "app:",
        "app:-1",
        "app:" + "x" * 129,
        "app@",
        "app@sha256:123",
        "app:1.0@md5",
        "app 1.0",
        "app:1.0\n",
        "a//b",
        "-app",
        "a/" * 130 + "a",
        "http://registry.lab/app",
    ],
)
def test_what_no_registry_could_have_is_refused_with_the_way_to_write_it(reference: str) -> None:
    with pytest.raises(errors.InvalidInput, match=r"cannot be parsed: write registry\.example:5000/path/name:tag"):
        images.parse(reference)


TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
PATHS = st.lists(st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8), min_size=1, max_size=3)
HOSTS = st.sampled_from(["", "registry.lab:5000/", "localhost:80/", "Registry.example/", "10.0.0.1/", "[::1]:5000/"])
VALUES = st.builds(
    lambda host, path, tag, digest: images.Image(host + "/".join(path), tag, digest),
    HOSTS,
    PATHS,
    st.just("") | TAGS,
    st.just("") | st.just(DIGEST),
)


@given(VALUES)
def test_what_is_written_out_reads_back_as_the_same(image: images.Image) -> None:
    assert images.parse(str(image)) == image


@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_invalid_input(text: str) -> None:
    with contextlib.suppress(errors.InvalidInput):
        assert str(images.parse(text)) == text


@given(VALUES, TAGS)
def test_another_tag_keeps_the_repository_and_drops_the_digest(image: images.Image, tag: str) -> None:
    assert image.at(tag) == images.Image(image.repository, tag, "")


def test_a_digest_takes_the_place_of_the_tag() -> None:
    assert str(images.parse("app:1.0").at(DIGEST)) == f"app@{DIGEST}"


def test_a_tag_may_come_with_its_digest() -> None:
    assert str(images.parse("app:1.0").at(f"2.0@{DIGEST}")) == f"app:2.0@{DIGEST}"


@pytest.mark.parametrize(
    "version", ["2.0@", "@2.0", "2.0@1.0", "", "-1", ".1", "1.0 ", "a b", "1.0\n", "x" * 129, "2.0:3", "sha256:12", "ä"]
)
def test_a_version_that_is_neither_tag_nor_digest_is_refused(version: str) -> None:
    with pytest.raises(errors.InvalidInput, match="can be neither a tag nor a digest"):
        images.parse("app:1.0").at(version)


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("app:2.10", "2.10"),
        ("app", "latest"),
        (f"app@{DIGEST}", DIGEST),
        (f"app:1@{DIGEST}", "1"),
        ("Odd One", "Odd One"),
    ],
)
def test_the_version_is_what_people_call_it(reference: str, version: str) -> None:
    assert images.version_of(reference) == version
