# SPDX-License-Identifier: GPL-3.0-or-later
"""What is played under load. A further row is one more entry, in the words of words.sh."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Load:
    """Requests per second: ``wrk`` on connections it keeps, the others by the load program, which is never held up."""

    wrk: int = 4000
    kept: int = 500
    new: int = 500
    slow: int = 5
    streams: int = 5

    @property
    def rate(self) -> int:
        """Requests per second in all; slow ones and streams are few."""
        return self.wrk + self.kept + self.new

    def scaled(self, rate: int) -> Load:
        """The same in kind, so many in all."""
        return replace(self, **{part: getattr(self, part) * rate // self.rate for part in ("wrk", "kept", "new")})


FULL = Load()
# A bad canary is about the share that fails, and a service that takes 30 ms needs many connections for little.
GENTLE = Load(wrk=0, kept=400, new=100, slow=2, streams=2)


@dataclass(frozen=True)
class Row:
    """``given`` runs before the load, ``when`` under it; ``ends``: the version that serves afterwards.

    ``succeeds``: the last command of ``when`` ends well. ``loses``: the row is there to show that losses are seen.
    """

    name: str
    when: str
    ends: str
    given: str = "at 1.0"
    succeeds: bool = True
    loses: bool = False


@dataclass(frozen=True)
class Catch:
    """A bad canary: ``bad`` is the version, ``latency`` what each answer of any version takes at least."""

    name: str
    tool: str
    bad: str
    when: str
    given: str


REFERENCE = "reference: kubectl set image, nothing set for leaving"

ROWS = (
    Row("upgrade", "upgrade 2.0", "2.0"),
    Row("rollback of the upgrade", "rollback", "1.0", given="at 2.0"),
    Row("upgrade that fails, undone", "upgrade 3.0", "1.0", succeeds=False),
    Row("canary of 4 steps", "canary 2.0", "2.0"),
    Row("rollback of the canary", "rollback", "1.0", given="at 2.0"),
    *(Row(f"canary, aborted at step {step}", f"canary 2.0 {step} && rollback", "1.0") for step in (1, 2, 3, 4)),
    Row("blue-green switch", "blue_green 2.0", "2.0"),
    Row("rollback of blue-green", "rollback", "1.0", given="at 2.0"),
    Row("blue-green, aborted before the switch", "blue_green 2.0 yes && rollback", "1.0"),
    Row("blue-green, back after the switch", "blue_green 2.0 no yes", "1.0", succeeds=False),
    Row("scale from 4 to 8", "scale 8", "1.0"),
    Row("scale from 8 to 4", "scale 4", "1.0"),
    Row("node drained, with a load balancer on it", "drained", "1.0", given="at 1.0 && spread"),
    # Last: it changes what the Deployment is.
    Row(REFERENCE, "set_image 2.0", "2.0", given="at 1.0 && careless", loses=True),
)

OURS, ARGO = "steady.rollout", "Argo Rollouts"

CATCHES = (
    Catch("5 % errors", OURS, "2.1", "compared 2.1", "fresh 30ms"),
    Catch("5 % errors", ARGO, "2.1", "argo_upgrade 2.1", "fresh 30ms && argo_given"),
    Catch("three times the latency", OURS, "2.2", "compared 2.2", "fresh 30ms"),
    Catch("three times the latency", ARGO, "2.2", "argo_upgrade 2.2", "fresh 30ms && argo_given"),
)
