# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a follower what happens while a module runs: one JSON object per line, in the file the environment names."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

VARIABLE = "STEADY_ROLLOUT_PROGRESS"


def open_record(environ: t.Mapping[str, str]) -> t.Callable[[dict[str, t.Any]], None]:
    """A function that appends one line; it does nothing when no file is named. Raises InvalidInput."""
    path = environ.get(VARIABLE)
    if not path:
        return lambda record: None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise errors.InvalidInput(f"{VARIABLE}: {path!r} cannot be written: {error.strerror}.") from None

    def append(record: dict[str, t.Any]) -> None:
        os.write(descriptor, json.dumps(record).encode() + b"\n")

    return append
