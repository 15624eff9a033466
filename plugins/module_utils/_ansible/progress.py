# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a running module says what changed: JSON lines in a file that whoever started it may follow.

A module cannot write to the terminal. It appends to the file that the environment variable names, one whole line at a time; without
the variable it says nothing.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

VARIABLE = "STEADY_ROLLOUT_PROGRESS"
DETAILS = "STEADY_ROLLOUT_PROGRESS_DETAILS"
"""Set to anything where whoever follows wants the details, too."""


class ProgressFile:
    """Appends to an open file, or to nothing. Each line is one write, so that several writers never mix within a line.

    ``hidden`` values are blotted out.
    """

    def __init__(
        self, descriptor: int | None, hidden: t.AbstractSet[str] = frozenset(), *, detailed: bool = False
    ) -> None:
        self.detailed = detailed
        self._descriptor = descriptor
        self._hidden = hidden

    def say(self, text: str, **how: t.Any) -> None:
        """One line for people, and how it may be shown, in the words of the port ``Progress``."""
        self.record({"text": text, **{key: value for key, value in how.items() if value}})

    def record(self, values: t.Mapping[str, t.Any]) -> None:
        """One line for programs."""
        if self._descriptor is None:
            return
        try:
            os.write(
                self._descriptor,
                json.dumps(remove_values(dict(values), self._hidden), ensure_ascii=False).encode() + b"\n",
            )
        except OSError:
            self._descriptor = None  # nobody follows any more; the operation goes on


def open_progress(environ: t.Mapping[str, str], hidden: t.AbstractSet[str] = frozenset()) -> ProgressFile:
    """Progress to the file that the environment names, if any. Raises InvalidInput when it cannot be written."""
    path = environ.get(VARIABLE)
    if not path:
        return ProgressFile(None)
    try:
        return ProgressFile(
            os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), hidden, detailed=bool(environ.get(DETAILS))
        )
    except OSError as error:
        raise errors.InvalidInput(
            f"{VARIABLE}: {path!r} cannot be written: {error.strerror}; name a file that this user may write, or none."
        ) from None
