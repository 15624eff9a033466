# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/compare.md: the table, what stands behind each word of it, and every command, as they were run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from .scenarios import DEPLOYMENT, Json, Scenario
from .tools import HERE, Tool

INTRODUCTION = """\
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# Side by side

The same scenarios with four tools on the lab's cluster, written by `make compare WRITE=yes`; run it to have figures of your own machine.
"""

READING = """
- **right**: the tool's exit code says what was right beforehand, by what was done, and, for a success, the cluster holds it.
  **wrong: says done** / **wrong: says failed**: it says so and it is not so. **not done**: it says truly that it failed,
  at something that can be done.
- Seconds are those of the whole command until it returned, going back included; about two of them are `ansible-playbook` starting.
  Each tool was told to wait {timeout} seconds at most; what is longer is its start and the way back.
- **cause named**: what the tool printed matches the expression below. _Slanted_: how the state afterwards differs from the one
  that should be, read from the raw objects with `kubectl get --output=json` as the tool returns.
- Two plays at a time on one machine of two cores, each in a namespace of its own. `progressDeadlineSeconds` is left at its default of
  600 s unless the scenario is about it: lower, it would end kubectl and Helm at that time, with the same words.
- Rolling back twice is what a retried pipeline does. `team` is annotated while 1.0 runs, `on-call` while 2.0 does.
- `kubernetes.core` prints the whole object when it fails, which names a quota, if one looks for it.
- Every tool is asked to go back when it fails, by the means that its own documentation offers for it.
"""


def page(
    table: str, about: Mapping[str, str], timeout: int, scenarios: Sequence[Scenario], tools: Sequence[Tool]
) -> str:
    """``about``: date and versions, by name."""
    facts = ", ".join(f"{name} {value}".strip() for name, value in about.items())
    commands = "\n".join(commands_of(tool) for tool in tools).rstrip()
    usual = json.dumps(DEPLOYMENT["spec"])
    given = fenced("tools/given.sh", (HERE / "tools/given.sh").read_text())
    chart = fenced("chart/templates/workload.tpl", (HERE / "chart/templates/workload.tpl").read_text())
    return f"""{INTRODUCTION}
{facts}.

{table}
{READING.format(timeout=timeout)}
## The scenarios

Three replicas each; where nothing else is said a Deployment with `{usual}`.
The words are functions of the files below. 9.9 does not exist, 3.0 never becomes ready.

{played(scenarios)}

{given}
{chart}
## The tools

{commands}
"""


def played(scenarios: Sequence[Scenario]) -> str:
    """What is done in each scenario, and what has to come of it."""
    rows = ["| scenario | given | when | then | the cause is named by |", "| --- | --- | --- | --- | --- |"]
    for scenario in scenarios:
        ends = " and ".join(f"{count} x {version}" for version, count in scenario.ends.items())
        then = f"{'success' if scenario.succeeds else 'failure'}, {ends}"
        kept = f", keeps {' and '.join(scenario.keeps)}" if scenario.keeps else ""
        cause = f"`{scenario.cause}`".replace("|", "\\|") if scenario.cause else ""
        when = f"`{scenario.when}`" + (f" with `{json.dumps(scenario.after)}`" if scenario.after else "")
        given = f"`{scenario.given}`{definition(scenario.before)}"
        rows.append(f"| {scenario.name} | {given} | {when} | {then}{kept} | {cause} |")
    return "\n".join(rows)


def definition(before: Json) -> str:
    """What is not as usual about the workload."""
    return "" if before is DEPLOYMENT else f" of a {before['kind']} with `{json.dumps(before['spec'])}`"


def commands_of(tool: Tool) -> str:
    blocks = "\n".join(fenced(str(path.relative_to(HERE)), path.read_text()) for path in tool.files)
    return f"### {tool.name}\n\n{blocks}"


def fenced(name: str, text: str) -> str:
    """A file of the comparison as a block."""
    return fenced_text(f"tests/compare/{name}", text)


def fenced_text(name: str, text: str) -> str:
    """A file as a block, without the lines that are about the file itself."""
    language = "sh" if name.endswith(".sh") else "yaml"
    own = ("# SPDX", "# shellcheck", "---")
    lines = [line for line in text.splitlines() if not line.startswith(own)]
    return f"`{name}`\n\n```{language}\n" + "\n".join(lines) + "\n```\n"
