# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references, by the grammar that registries and container runtimes share (distribution's reference package)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_REPOSITORY = re.compile(rf"(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*")


@dataclass(frozen=True)
class Image:
    """A reference taken apart; ``str()`` puts it together again."""

    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def version(self) -> str:
        """What people call it: its tag, or its digest, or ``latest`` as the runtime would read it."""
        return self.tag or self.digest or "latest"

    def at(self, version: str) -> Image:
        """The same repository at another tag, digest, or tag with its digest. Raises InvalidInput when it can be none of these."""
        if _DIGEST.fullmatch(version):
            return replace(self, tag="", digest=version)
        tag, pinned, digest = version.partition("@")
        if _TAG.fullmatch(tag) and (not pinned or _DIGEST.fullmatch(digest)):
            return replace(self, tag=tag, digest=digest)
        raise errors.InvalidInput(
            f"version {version!r} can be neither a tag nor a digest: a tag has up to 128 letters, digits, '_', '.' and '-',"
            " and starts with none of the last two; a digest looks like sha256:<64 hexadecimal digits>."
        )


def parse(reference: str) -> Image:
    """Take a reference apart. Raises InvalidInput when no registry could have it."""
    rest, has_digest, digest = reference.partition("@")
    has_tag = ":" in rest.rpartition("/")[2]
    repository, _colon, tag = rest.rpartition(":") if has_tag else (rest, "", "")
    proper = (
        _REPOSITORY.fullmatch(repository) is not None
        and len(repository) <= 255
        and (not has_tag or _TAG.fullmatch(tag) is not None)
        and (not has_digest or _DIGEST.fullmatch(digest) is not None)
    )
    if not proper:
        raise errors.InvalidInput(
            f"image {reference!r} cannot be parsed: write registry.example:5000/path/name:tag or name@sha256:<digest>"
            " (the path in lower case)."
        )
    return Image(repository, tag, digest)


def version_of(reference: str) -> str:
    """The version of a reference that may come from anywhere: odd ones are their own version."""
    try:
        return parse(reference).version
    except errors.InvalidInput:
        return reference


def digest_of(reference: str) -> str:
    """The digest that a reference or an image ID ends with; empty when it has none."""
    digest = reference.rpartition("@")[2]
    return digest if _DIGEST.fullmatch(digest) else ""


def short_digest(reference: str) -> str:
    """The beginning of that digest, as long as runtimes show it; empty when it has none."""
    algorithm, _colon, rest = digest_of(reference).partition(":")
    return f"{algorithm}:{rest[:12]}" if rest else ""
