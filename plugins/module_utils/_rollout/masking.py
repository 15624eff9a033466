# SPDX-License-Identifier: GPL-3.0-or-later
"""Words from the cluster without what nobody should read in a log: every message and log line of a finding goes through here."""

from __future__ import annotations

import re

MASK = "***"

# From the beginning of a word only: tried at each of its letters, a long word would take the square of its length.
_NAMES = (
    r"(?<![\w.-])[\w.-]*"
    r"(?:token|passw(?:or)?d|passphrase|authorization|credentials?|signature|secret|api[_-]?key|private[_-]?key)|\bsig"
)
_SECRET = re.compile(
    # token=x, "password": "x", X-Amz-Signature=x, Authorization: Bearer x
    rf"(?P<named>(?:{_NAMES})[\"']?(?:\s*=\s*|:\s?)(?:(?:bearer|basic)\s+)?[\"']?)(?!\s)[^\s\"'&,;}}]+"
    r"|(?P<scheme>\bbearer\s+)[\w.~+/=-]{6,}"
    # user:password@host, token@host
    r"|(?P<url>://)[^/\s@\"']+(?=@)"
    # Docker Hub names who is over its limit
    r"|(?P<limit>\brate limit as '[^']*': )[^\s.,]+"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    re.I,
)
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)


def masked(text: str) -> str:
    """The text, each secret in it replaced by ``***``; what says where it stood stays."""
    return _SECRET.sub(lambda found: f"{found[found.lastgroup] if found.lastgroup else ''}{MASK}", _KEY.sub(MASK, text))
