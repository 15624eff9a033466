# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an address and credentials come from."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

Json = dict[str, t.Any]


@dataclass(frozen=True)
class Origin:
    """Where an address and credentials come from, in words, and whom they say to act as."""

    text: str
    user: str = ""
    groups: tuple[str, ...] = ()


def default_location() -> str:
    """What is read when nothing is asked for: ``KUBECONFIG`` or ``~/.kube/config``."""
    return os.environ.get("KUBECONFIG") or "~/.kube/config"


def source(given: str | Json) -> str:
    """Which kubeconfig it is, in words."""
    return "the kubeconfig that was given as a dictionary" if isinstance(given, dict) else f"kubeconfig {given}"
