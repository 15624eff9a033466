# SPDX-License-Identifier: GPL-3.0-or-later
"""Words from the cluster without what nobody should read in a log: every message and log line of a finding goes through here."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

MASK = "***"

# From the beginning of a word only: tried at each of its letters, a long word would take the square of its length.
_NAMES = (
    r"(?<![\w.-])[\w.-]*"
    r"(?:token|passw(?:or)?d|passphrase|authorization|credentials?|signature|secret|api[_-]?key|private[_-]?key)|\bsig"
)
_SECRET = (
    # token=x, "password": "x", X-Amz-Signature=x, Authorization: Bearer x
    rf"(?P<named>(?:{_NAMES})[\"']?(?:\s*=\s*|:\s?)(?:(?:bearer|basic)\s+)?[\"']?)(?!\s)[^\s\"'&,;}}]+"
    r"|(?P<scheme>\bbearer\s+)[\w.~+/=-]{6,}"
    # user:password@host, token@host
    r"|(?P<url>://)[^/\s@\"']+(?=@)"
    # Docker Hub names who is over its limit
    r"|(?P<limit>\brate limit as '[^']*': )[^\s.,]+"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
)
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)

_SOUNDS_SECRET = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|credential|auth|cookie", re.I
)


_LEAST = 6
"""Letters of a value that is looked for everywhere: a shorter one would blot out words that mean something else."""


def sounds_secret(name: str) -> bool:
    """Whether a variable or header of that name usually carries what nobody should read."""
    return bool(_SOUNDS_SECRET.search(name))


def in_headers(headers: t.Any) -> t.Iterator[str]:
    """The values of headers whose names sound secret, without a scheme such as Bearer and nothing short. Never raises."""
    for name, value in headers.items() if isinstance(headers, dict) else ():
        words = str(value).split()
        if sounds_secret(str(name)) and words and len(words[-1]) >= _LEAST:
            yield words[-1]


def in_address(url: t.Any) -> t.Iterator[str]:
    """The password in an address, or all of one that cannot be read. Never raises."""
    try:
        password = urlsplit(str(url or "")).password
    except ValueError:
        password = str(url)
    if password:
        yield password


def masked(text: str) -> str:
    """The text, each secret in it replaced by ``***``; what says where it stood stays."""
    # Not compiled before: it takes long, and most runs have no message to mask.
    return re.sub(_SECRET, _kept, _KEY.sub(MASK, text), flags=re.I)


def _kept(found: re.Match[str]) -> str:
    return f"{found[found.lastgroup] if found.lastgroup else ''}{MASK}"
