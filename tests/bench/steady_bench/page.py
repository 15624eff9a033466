# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/bench.md: the table, how to read it, and what was run."""

from __future__ import annotations

from collections.abc import Mapping

from comparison.page import fenced_text

PAGE = """\
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# How fast, and how dear

The same work with this collection and with its peers, measured in one run on the lab's cluster, written by `make bench WRITE=yes`; run it
to have figures of your own machine. Their ratios say more than the seconds.

{about}

{table}

{summary}

## How to read it

- Three figures are minimum / median / maximum; those who are compared took turns, {runs} times each. One figure never differed;
  `(2 x)` was measured so many times only, because it takes long. Goals are about medians.
- **return lag**: from the moment at which an independent watch of the Deployment sees the rollout complete (kubectl's rule: the generation
  observed, all replicas updated and available, none other left) to the end of the task, or of the command. `kubernetes.core.k8s` looks
  every five seconds unless told otherwise; `wait_sleep 1` is the same told to look each second.
- **whole upgrade**: from start to exit of `ansible-playbook playbooks/upgrade.yml`, of a playbook with `kubernetes.core.k8s`, of
  `kubectl set image && kubectl rollout status` and of `helm upgrade --wait`, on a healthy Deployment of three replicas.
- **cause named**: from the first sign of it in the cluster, as an independent watch sees it, to the first line in the tool's output that
  names it, or, when none does, to the tool's exit. Each tool is told to wait two minutes, `kubernetes.core`'s own default.
- **start**: a task that reads one Deployment, less a `ping` task of the same play. In the first task of a play Ansible packs the module,
  in later ones it has it. CPU and memory are those of the module's process.
- **requests** and **KB received** are counted by a proxy before the API server; tools that keep what they learn about the API on disk
  had done so.
- **workload_info**: the task, while `kubectl get` of the same workloads, revisions and pods runs from start to exit.
- The cluster, Ansible and everything else share the processors of one machine.

## What was run

{files}"""


def page(about: str, table: str, summary: str, runs: int, files: Mapping[str, str]) -> str:
    """``about``: date, machine, versions and command; ``files``: what was run, by name."""
    blocks = "\n".join(fenced_text(name, text) for name, text in files.items())
    return PAGE.format(about=about, table=table, summary=summary, runs=runs, files=blocks)
