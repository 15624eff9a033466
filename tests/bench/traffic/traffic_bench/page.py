# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures as tables in Markdown, and docs/bench-traffic.md around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from comparison.table import aligned

from .figures import AFTER, BEFORE, DURING, Figures, Phase, in_words
from .judgement import ENOUGH, caught, missed
from .play import Result
from .rows import GENTLE, Catch, Load, Row

PHASES = (BEFORE, DURING, AFTER)
HEAD = ["while", "seconds", "requests", "per second", "failed", "p50 ms", "p99 ms", "goal"]
CATCHES_HEAD = [
    "bad canary",
    "with",
    "gone after s",
    "met by users for s",
    "answers by it",
    "requests",
    "failed",
    "goal",
]


def rows_table(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    """A row per change; latencies before / during / after it."""
    lines = [cells(row, results[row.name]) for row in rows if row.name in results]
    return aligned([HEAD, *lines])


def cells(row: Row, result: Result) -> list[str]:
    figures = result.figures
    wrong = [*missed(figures, row.loses), *([result.fault] if result.fault else [])]
    return [
        row.name,
        f"{figures.phases[DURING].seconds:.0f}",
        f"{figures.requests:,}",
        f"{figures.per_second:,.0f}",
        in_words(figures.failed),
        latencies(figures, lambda phase: phase.p50),
        latencies(figures, lambda phase: phase.p99),
        goal(wrong, "met, it loses" if row.loses else "met"),
    ]


def latencies(figures: Figures, which: Callable[[Phase], float]) -> str:
    return " / ".join(f"{which(figures.phases[phase]):.1f}" for phase in PHASES)


def goal(wrong: Sequence[str], met: str) -> str:
    return f"**missed**: {'; '.join(wrong)}" if wrong else met


def catches_table(catches: Sequence[Catch], results: Mapping[tuple[str, str], Result]) -> str:
    """A row per bad canary and tool."""
    lines = [catch_cells(catch, results[key]) for catch in catches if (key := (catch.name, catch.tool)) in results]
    return aligned([CATCHES_HEAD, *lines])


def catch_cells(catch: Catch, result: Result) -> list[str]:
    figures = result.figures
    until, lasted = figures.met_until(catch.bad), figures.met_for(catch.bad)
    by_it = sum(phase.versions.get(catch.bad, 0) for phase in figures.phases.values())
    wrong = [*caught(figures, catch.bad, "1.0"), *([result.fault] if result.fault else [])]
    return [
        f"{catch.bad}: {catch.name}",
        catch.tool,
        "-" if until is None else f"{until:.1f}",
        "-" if lasted is None else f"{lasted:.1f}",
        f"{by_it:,}",
        f"{figures.requests:,}",
        f"{in_words(figures.failed)}, {figures.lost / figures.requests:.2%}",
        goal(wrong, "met"),
    ]


def summary(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    """One line about all rows but the reference."""
    own = [(row, results[row.name]) for row in rows if row.name in results and not row.loses]
    if not own:
        return ""
    requests = sum(result.figures.requests for _row, result in own)
    lost = sum(result.figures.lost for _row, result in own)
    met = sum(not missed(result.figures, False) and not result.fault for _row, result in own)
    slowest = min(result.figures.per_second for _row, result in own)
    rate = "as many as there should be" if slowest >= ENOUGH else f"{ENOUGH:,} was the goal"
    return (
        f"{requests:,} requests in {len(own)} rows, {lost:,} failed; "
        f"goals met in {met} of {len(own)}; "
        f"the slowest saw {slowest:,.0f} requests per second ({rate})."
    )


def rates(load: Load) -> str:
    """For instance `wrk 4,000 on kept connections, 500 on kept and 500 on new ones, 5 slow and 5 streams`."""
    wrk = f"wrk {load.wrk:,} on kept connections, " if load.wrk else ""
    return (
        f"{wrk}{load.kept:,} on kept and {load.new:,} on new ones, {load.slow} slow requests and {load.streams} streams"
    )


INTRODUCTION = """\
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# What users get meanwhile

Requests through the load balancer while a workload changes, written by `make bench-traffic WRITE=yes`; run it to have figures of your
own machine.
"""

READING = """
## How to read it

- The load per second: {full}; slow requests and streams take 3 s each. They go to a node port of all three nodes, through Traefik and the
  Gateway API, to four pods that the role `image_deployment` deployed with its defaults.
- **failed** counts any answer but 200, refused and reset connections, no answer within 10 s, answers and streams that end too early.
  Nothing is sent twice. It is about all three phases; the causes are in brackets.
- **p50 / p99** are before / during / after, of the quick requests of the load program. It sends each when it is due, whatever
  became of those before it, and counts from when it was due: a request that had to wait is not left out, as it would be if a client
  sent the next one only after an answer (coordinated omission). wrk does just that, so its latencies are not used and its requests
  only counted.
- **during** ends when the last old pod has gone. Before and after last {around:.0f} s each.
- The load generator, Traefik, the pods, Kubernetes and Ansible share the processors of one machine. Playbooks run with `nice`,
  because the machine that runs Ansible usually is none of the cluster's.
- **goal**: none failed, p99 during at most twice p99 before. The reference is there to show that the same load sees losses: the
  same Deployment without `preStop`, with a service that ends at once on SIGTERM.
"""

CAUGHT = """
## Bad canaries

Load per second: {gentle}; each answer takes 30 ms in every version, so that 60 ms more are three times as long.
**gone after** counts from the start of the command until users met the new version for the last time, **met by users** from the first time.
steady.rollout sends 5 % to the canary and compares both sides through the load balancer. Argo Rollouts has no traffic router here: its
canary is one of five pods, so the share of users is larger from the outset, and its analysis is a Job of 200 requests with a limit of 1 %
for errors and of 60 ms for the median, because it has no other side to compare with. Goal: fewer than 1 % of all requests failed.
"""


def page(about: str, load: Load, tables: Sequence[str], commands: Mapping[str, str], around: float) -> str:
    """``tables``: the rows, a summary, the bad canaries; ``commands``: what was run, by file."""
    rows, line, catches = tables
    files = "\n".join(f"`{name}`\n\n```{language(name)}\n{body(text)}\n```\n" for name, text in commands.items())
    reading = READING.format(full=rates(load), around=around)
    return (
        f"{INTRODUCTION}\n{about}\n\n{rows}\n\n{line}\n{reading}{CAUGHT.format(gentle=rates(GENTLE))}\n{catches}\n\n"
        f"## What was run\n\n{files}"
    )


def language(name: str) -> str:
    return "bash" if name.endswith(".sh") else "yaml"


def body(text: str) -> str:
    """A file without the lines that are about the file itself."""
    own = ("# SPDX", "# shellcheck", "---")
    return "\n".join(line for line in text.splitlines() if not line.startswith(own))
