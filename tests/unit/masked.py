# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get to see of what a module prints."""

from __future__ import annotations

import json
import typing as t


def shown(printed: str) -> str:
    """From ansible-core 2.22 on the module names its secrets to the controller, which masks them; before, it masks them itself."""
    result = json.loads(printed)
    secrets = sorted(result.pop("_ansible_new_secrets", ()), key=len, reverse=True)
    return json.dumps(_masked(result, secrets))


def _masked(value: t.Any, secrets: list[str]) -> t.Any:
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, secrets) for inner in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "$REDACTED$")
    return value
