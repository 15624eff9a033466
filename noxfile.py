# SPDX-License-Identifier: GPL-3.0-or-later
# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox==1.10.0"]
# ///
"""antsibull-nox's sessions, for maintainers; `make test` is the gate."""

from __future__ import annotations

import nox

try:
    import antsibull_nox
except ImportError:
    raise SystemExit("antsibull-nox is missing: pip install nox antsibull-nox") from None

antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
