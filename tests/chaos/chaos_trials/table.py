# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as a table, and what the page says around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from comparison.table import aligned

from .asks import LAST
from .play import Result

INTRODUCTION = """\
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# While things break

Upgrades and rollbacks on the lab's cluster, each with one real fault at a moment left to chance; written by `make chaos WRITE=yes`.
"""

ASKED = """\
What is asked for is an upgrade, an upgrade to an image that is not there (which has to fail for that reason and go back), or a
rollback, of a Deployment, a StatefulSet or a DaemonSet of two pods; and a good and a bad upgrade as canary and as blue-green. Each
is a run of `ansible-playbook` in a namespace of its own, four at a time.
"""

READING = """\
**True** means: a success was one, seen by kubectl's own watches and read again as the run returned; a failure names the cause that
there is, or the fault where it leaves no other end; what all runs said adds up to the version that serves; and the pod template went
through no version that nobody asked for. **Leftovers** are Leases, Deployments and Services of a strategy, weights and annotations
of a rollout under way, processes, and temporary files (Ansible's own are not counted where it was killed itself). After each trial an
upgrade to {last} without any fault has to succeed, and is judged in the same way.

Every trial has a seed, such as `{seed}/17`, and `make chaos SEED={seed}/17` plays it again: the same thing asked for, the same
fault, the same moments.
"""

HEAD = ("fault", "trials", "met a run", "true verdicts", "leftovers", "slowest")


def table(faults: Sequence[str], results: Sequence[Result]) -> str:
    """A row for each fault that was tried, and their sum."""
    rows: list[Sequence[str]] = [HEAD]
    for fault in faults:
        of_it = [result for result in results if result.trial.fault == fault]
        if of_it:
            rows.append(row(fault, of_it))
    return aligned([*rows, row("**all**", results)])


def row(name: str, results: Sequence[Result]) -> Sequence[str]:
    return (
        name,
        str(len(results)),
        str(sum(result.met for result in results)),
        f"{sum(not result.wrong for result in results)} of {len(results)}",
        str(sum(len(result.left) for result in results)),
        f"{max((result.seconds for result in results), default=0.0):.0f} s",
    )


def page(made: str, seed: str, about: Mapping[str, str], faults: Mapping[str, str], minutes: float) -> str:
    """docs/chaos.md."""
    facts = ", ".join(f"{name} {value}".strip() for name, value in about.items())
    meant = "\n".join(f"- **{name}**: {words}" for name, words in faults.items())
    return f"""{INTRODUCTION}
{facts}. `make chaos SEED={seed}`, {minutes:.0f} minutes.

{made}

{ASKED}
{meant}

{READING.format(last=LAST, seed=seed)}"""
