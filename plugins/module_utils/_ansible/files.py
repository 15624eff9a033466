# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that modules write, at once: whoever reads meanwhile gets the whole old one or the whole new one."""

from __future__ import annotations

import contextlib
import os
import tempfile

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors


def read(path: str) -> str | None:
    """The text; None when there is no file. Raises InvalidInput."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as reason:
        raise errors.InvalidInput(
            f"path: {path} cannot be read: {reason.strerror}; let this user read it, or name another."
        ) from None


def write(path: str, text: str, mode: int) -> None:
    """Put the text there with that mode, which nobody else has been able to read before. Raises InvalidInput."""
    try:
        descriptor, beside = tempfile.mkstemp(prefix=".steady-rollout-", dir=os.path.dirname(path))
        try:
            with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
                os.fchmod(file.fileno(), mode)
            os.replace(beside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as reason:
        raise errors.InvalidInput(
            f"path: {path} cannot be written: {reason.strerror}; let this user write there, or name another."
        ) from None
