# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of `lab/demo`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import typing as t
from collections.abc import Sequence
from pathlib import Path

from . import settings
from .story import Story
from .telling import Teller


def help_text() -> str:
    """The variables, for --help."""
    width = max(map(len, settings.VARIABLES))
    return "environment:\n" + "\n".join(f"  {name:{width}}  {text}" for name, text in settings.VARIABLES.items())


def main(words: Sequence[str]) -> int:
    """Exit code of `lab/demo`: 0 every figure holds, 1 one does not, 2 it cannot run like this, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="lab/demo",
        description="Tells the whole story and checks its figures.",
        epilog=help_text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(words)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        chosen = settings.of(os.environ, Path.home())
    except settings.DemoError as error:
        print(f"lab/demo: {error}", file=sys.stderr)
        return 2
    teller = Teller(chosen.cache / "demo")
    return Story(chosen, teller).tell()


def _interrupt(_number: int, _frame: t.Any) -> None:
    raise KeyboardInterrupt
