# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get to see of what a module prints."""

from __future__ import annotations

import json


def shown(printed: str) -> str:
    """From ansible-core 2.22 on the module names its secrets to the controller, which masks them; before, it masks them itself."""
    result = json.loads(printed)
    secrets = result.pop("_ansible_new_secrets", ())
    text = json.dumps(result)
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(json.dumps(secret)[1:-1], "$REDACTED$")
    return text
