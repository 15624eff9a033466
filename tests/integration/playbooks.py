# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook that need not import Ansible: forks of a process that has.

Each is what the program itself is (its own ``main``, process group, folder, arguments and exit code), less a second of CPU for importing;
modules that one run has packed for the hosts need not be packed again by the next.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import typing as t

PR_SET_PDEATHSIG = 1
USED_BY_EVERY_RUN = (
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.executor.module_common",
    "ansible.plugins.connection.local",
    "ansible.plugins.action.normal",
    "ansible.plugins.filter.core",
    "ansible.plugins.filter.mathstuff",
    "ansible.plugins.lookup.env",
    "ansible.plugins.shell.sh",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.test.core",
    "ansible.plugins.test.mathstuff",
    "kubernetes.config",
)


CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


class Ended(t.NamedTuple):
    """How a run ended; ``seconds`` is the CPU that it and all its tasks used, without what is still in the background."""

    code: int
    seconds: float
    in_time: bool


class Playbooks:
    """The process that has imported Ansible, as those see it who want a playbook played."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "ANSIBLE_NOCOLOR": "yes", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def play(self, arguments: t.Sequence[str], folder: pathlib.Path, log: pathlib.Path, longest: float) -> Ended:
        """Play in the folder and wait for the end; all that is said goes into ``log``. SIGTERM ends what takes longer, in seconds."""
        run = {
            "arguments": ["ansible-playbook", *arguments],
            "folder": str(folder),
            "log": str(log),
            "longest": longest,
        }
        pipes = self._process
        assert pipes.stdin and pipes.stdout
        print(json.dumps(run), file=pipes.stdin, flush=True)
        answer = pipes.stdout.readline()
        assert answer, "the process that plays playbooks has ended"
        return Ended(**json.loads(answer))

    def close(self) -> None:
        """End the process, and with it what it plays."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.communicate()


_USED_LAST: dict[str, t.Any] = {"environment": None, "playbooks": None}


def by_itself(*arguments: str, longest: float = 400, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run as people start one in the checkout; ``stdout`` has all that it says. SIGTERM ends what takes longer, in seconds."""
    if _USED_LAST["environment"] != environment:
        if _USED_LAST["playbooks"]:
            _USED_LAST["playbooks"].close()
        _USED_LAST.update(environment=environment, playbooks=Playbooks(**environment))
    with tempfile.NamedTemporaryFile() as log:
        ended = _USED_LAST["playbooks"].play(arguments, CHECKOUT, pathlib.Path(log.name), longest)
        said = pathlib.Path(log.name).read_text()
    return subprocess.CompletedProcess(arguments, ended.code, said)


def serve(requests: t.TextIO, answers: t.TextIO) -> None:
    """Play what is asked for, one after the other, until nobody asks any more."""
    die_with_the_parent()
    for module in USED_BY_EVERY_RUN:
        importlib.import_module(module)
    gc.freeze()
    for line in requests:
        answers.write(json.dumps(played(json.loads(line))._asdict()) + "\n")
        answers.flush()


def played(run: dict[str, t.Any]) -> Ended:
    """One run, in a process group of its own."""
    pid = os.fork()
    if pid == 0:
        become_the_program(run)
    late = []

    def end(*_signal: object) -> None:
        late.append(True)
        os.killpg(pid, signal.SIGTERM)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, run["longest"])
    _pid, status, used = os.wait4(pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return Ended(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, not late)


def become_the_program(run: dict[str, t.Any]) -> t.NoReturn:
    """Be ansible-playbook from here on."""
    code = 1
    try:
        os.setsid()
        die_with_the_parent()
        nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(run["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(ours, theirs)
        os.chdir(run["folder"])
        sys.argv = run["arguments"]
        from ansible.cli.playbook import main

        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def die_with_the_parent() -> None:
    """Be sent SIGTERM when the process that started this one ends, even when nobody could tell it to end in order."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
