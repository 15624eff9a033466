# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in the words that the user will read. Each error is one sentence or more, complete as it stands."""

from __future__ import annotations


class RolloutError(Exception):
    """Anything that ends an operation; its text is shown to the user as it is."""


class InvalidInput(RolloutError):
    """An option that cannot be meant: says which, what it was, and how to write it. Nothing was changed."""


class Refused(RolloutError):
    """The state of the cluster forbids the operation (paused, no history ...). Nothing was changed."""


class LeaseLost(Refused):
    """Another run has taken the workload over; the text names it. Nothing was written since."""


class NotFound(RolloutError):
    """The object, its namespace or its kind does not exist."""


class Forbidden(RolloutError):
    """RBAC lacks a verb; the text names verb, resource and namespace."""


class Unauthorized(RolloutError):
    """The server does not know the credentials (401), also after loading them anew."""


class Unreachable(RolloutError):
    """No answer from the API server; the text names host, port and the last reason."""


class Conflict(RolloutError):
    """409: somebody else changed the object, or owns the field; ``managers`` are the owners of the fields in an apply's conflict."""

    def __init__(self, text: str, managers: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.managers = managers


class Rejected(RolloutError):
    """The API server understood and refused the object: 400, 422, or an admission webhook's denial; the text carries its words."""


class BudgetExhausted(RolloutError):
    """429 to an eviction: a disruption budget lets no pod go at the moment; the text is the API server's."""


class Interrupted(Exception):
    """Somebody asked the run to stop. Not a failure of the rollout: its text says what state is left."""
