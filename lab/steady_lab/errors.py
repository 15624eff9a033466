# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops the lab, told in one sentence."""

from __future__ import annotations


class LabError(Exception):
    """Something the lab asked for did not happen; the message says what, and where to look."""


class Refusal(LabError):
    """The lab cannot run on this machine; nothing was changed."""

    def __str__(self) -> str:
        return f"{super().__str__()} To use any other cluster instead, set KUBECONFIG to its kubeconfig file."
