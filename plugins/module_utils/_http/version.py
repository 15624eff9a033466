# SPDX-License-Identifier: GPL-3.0-or-later
"""How the version is found in an answer."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

Reader = t.Callable[[bytes], "str | None"]


def by_pattern(pattern: str) -> Reader:
    """Reads what the regular expression's one group matches anywhere in the text. Raises InvalidInput."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise errors.InvalidInput(f"version_pattern: {pattern!r} is not a regular expression: {error}.") from None
    if compiled.groups != 1:
        raise errors.InvalidInput(
            f"version_pattern: {pattern!r} has {compiled.groups} groups, it must have exactly one, around the version, "
            "as in 'Version (\\S+)'; write (?:...) for a group that is not the version."
        )

    def read(body: bytes) -> str | None:
        match = compiled.search(body.decode("utf-8", "replace"))
        return match.group(1) if match else None

    return read


def by_path(path: str) -> Reader:
    """Reads what the JMESPath expression finds in the JSON answer. Raises InvalidInput."""
    import jmespath

    try:
        compiled = jmespath.compile(path)
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise errors.InvalidInput(f"version_path: {path!r} is not a JMESPath expression: {reason}.") from None

    def read(body: bytes) -> str | None:
        try:
            found = compiled.search(json.loads(body))
        except (ValueError, jmespath.exceptions.JMESPathError):
            return None
        return str(found) if isinstance(found, (str, int, float)) else None

    return read
