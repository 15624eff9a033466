# SPDX-License-Identifier: GPL-3.0-or-later
"""The story itself: its steps in order, what each promises, and the table at the end."""

from __future__ import annotations

import dataclasses
import os
import queue
import shlex
import time
import typing as t
from dataclasses import dataclass, field

from . import figures, processes, screen
from .cluster import Cluster
from .figures import Check, Second
from .playbook import Reader
from .settings import PROJECT, DemoError, Settings
from .traffic import Traffic, first_answer

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .telling import Teller

HEARTBEAT = 15.0
# How long after a playbook's end the load balancer may still show another version.
SETTLE = 15.0
PURE_SECONDS = 2
TOLD_WITHIN = 3.0


@dataclass
class Step:
    """One row of the table in the making; ``started`` and ``told`` are times of day in seconds since the epoch."""

    name: str
    started: float
    seconds: float = 0.0
    outcome: str = ""
    expected: tuple[str, ...] = ()
    told: dict[str, float] = field(default_factory=dict)


class Story:
    """Told once."""

    def __init__(self, settings: Settings, teller: Teller) -> None:
        self._settings = settings
        self._teller = teller
        self._inbox: processes.Inbox = queue.SimpleQueue()
        self._seconds: list[Second] = []
        self._known: list[str] = []
        self._steps: list[Step] = []
        self._checks: list[Check] = []
        self._traffic: Traffic | None = None
        self._began = time.monotonic()

    def tell(self) -> int:
        """Everything, and the exit code: 0 only if every figure holds."""
        code = 1
        try:
            self._opening()
            if self._settings.on_lab:
                self._make_ready()
            self._set_the_scene()
            self._upgrades_under_traffic()
            code = self._ending()
        except DemoError as error:
            self._teller.show(f"\n   {self._paint(str(error), screen.RED)}")
            self._show_table()
        except KeyboardInterrupt:
            self._teller.show(
                "\n   Interrupted. What runs in the cluster stays as it is; the same command begins anew."
            )
            self._show_table()
            code = 130
        finally:
            self._stop_traffic_quietly()
            self._teller.show(f"   Everything that was said and measured: {self._teller.log_file}")
        return code

    def _opening(self) -> None:
        where = (
            "three hosts on this machine" if self._settings.on_lab else f"the cluster of {self._settings.kubeconfig}"
        )
        self._teller.show(
            self._paint("steady.rollout: the undo button for Kubernetes workloads, from Ansible", screen.BOLD)
        )
        self._teller.show(f"The whole story, on {where}.")

    def _make_ready(self) -> None:
        self._command("1", "Three hosts under SSH, a registry, a download mirror", ["lab/lab", "up", "--hosts-only"])
        self._playbook("2", "A Kubernetes cluster on the bare hosts, by kubeadm over SSH", "bootstrap", "cluster")
        self._command(
            "3", "The service in three versions: 1.0 and 2.0 are good, 3.0 is never ready", ["lab/service/build"]
        )

    def _set_the_scene(self) -> None:
        self._playbook("4", "Version 1.0 goes live", "deploy", "deploy 1.0", version="1.0")
        if self._settings.load_balancer:
            self._playbook(
                "", "A load balancer in front of it: Traefik and the Gateway API", "load_balancer", "load balancer"
            )
        self._cluster = Cluster(self._settings)
        if not self._settings.url:
            url = f"http://{self._cluster.first_node()}:30080/"
            self._settings = dataclasses.replace(self._settings, url=url)
        self._start_traffic()
        self._playbook(
            "", f"{self._settings.replicas} replicas", "scale", f"scale to {self._settings.replicas}",
            expected=("1.0",), replicas=str(self._settings.replicas),
        )  # fmt: skip

    def _upgrades_under_traffic(self) -> None:
        self._playbook(
            "5", "Upgrade to 2.0 while requests keep coming", "upgrade", "upgrade to 2.0",
            expected=("1.0", "2.0"), ends_with="2.0", version="2.0",
        )  # fmt: skip
        self._playbook(
            "", "The undo button: back to the version before", "rollback", "rollback",
            expected=("1.0", "2.0"), ends_with="1.0",
        )  # fmt: skip
        step = self._playbook(
            "", "Upgrade to 9.9, which does not exist", "upgrade", "upgrade to 9.9",
            expected=("1.0",), ends_with="1.0", fails_with=("image_not_found", "not found"), version="9.9",
        )  # fmt: skip
        self._check_told_in_time(step)
        self._playbook(
            "", "Upgrade to 3.0, which starts and never becomes ready", "upgrade", "upgrade to 3.0",
            expected=("1.0",), ends_with="1.0", fails_with=("probe", "migration 0042 missing"), version="3.0",
        )  # fmt: skip

    def _ending(self) -> int:
        report = self._traffic.stop() if self._traffic else {}
        self._traffic = None
        self._drain()
        counted = figures.add_up(self._seconds)
        same = (counted.requests, counted.failed) == (report["requests"], report["failed_requests"])
        self._checks.append(
            Check(
                f"the steps' requests add up to the traffic's own count: {counted.requests} and {counted.failed} failed, "
                f"{report['requests']} and {report['failed_requests']} failed",
                same,
            )
        )
        self._teller.note(f"traffic: {report['msg']}")
        self._teller.begin("6", "What it came to")
        self._show_table()
        latency, kinds = report["latency_ms"] or {}, report["by_connection"]
        self._teller.show(
            f"\n   {report['requests']} requests, {kinds['keep_alive']['requests']} over kept connections and "
            f"{kinds['new']['requests']} over new ones; "
            + ", ".join(f"{name} {value:g} ms" for name, value in latency.items())
        )
        broken = [check for check in self._checks if not check.holds]
        for check in self._checks:
            self._teller.note(f"{'holds' if check.holds else 'BROKEN'}: {check.text}")
        for check in broken:
            self._teller.show("   " + self._paint(f"does not hold: {check.text}", screen.RED))
        if not broken:
            took = screen.minutes(time.monotonic() - self._began)
            self._teller.show("   " + self._paint(f"All {len(self._checks)} figures hold, after {took}.", screen.GREEN))
        return 1 if broken else 0

    def _command(self, number: str, title: str, command: Sequence[str]) -> None:
        self._teller.begin(number, title, shlex.join(command))
        step = self._begin(command[0])
        code = self._run([str(PROJECT / command[0]), *command[1:]], lambda line: [line.strip()])
        self._end(step, "done")
        if code:
            raise DemoError(f"{shlex.join(command)} failed (exit code {code}); its words are above.")

    def _playbook(
        self,
        number: str,
        title: str,
        playbook: str,
        name: str,
        *,
        expected: tuple[str, ...] = (),
        ends_with: str = "",
        fails_with: tuple[str, str] | None = None,
        **variables: str,
    ) -> Step:
        """Run a playbook, watch the traffic until it shows what it should, and note what was promised and what held."""
        words = [f"playbooks/{playbook}.yml"]
        for variable, value in variables.items():
            words += ["-e", f"{variable}={value}"]
        self._teller.begin(number, title, shlex.join(["ansible-playbook", *words]))
        step = self._begin(name)
        step.expected = expected
        reader = Reader()
        code = self._run(["ansible-playbook", *words, *self._for_cluster()], reader.feed, step)
        reader.finish()
        if fails_with:
            self._judge_failure(step, code, reader, fails_with)
        else:
            self._end(step, "changed" if reader.changed else "nothing to do")
            if code:
                self._show_words(reader.message)
                raise DemoError(f"The playbook {playbook} failed in the task {reader.task!r}.")
        if ends_with:
            self._settle(step, ends_with)
        return step

    def _judge_failure(self, step: Step, code: int, reader: Reader, fails_with: tuple[str, str]) -> None:
        cause, words = fails_with
        named = cause in reader.codes and words in reader.message
        rolled_back = bool(reader.failure.get("rolled_back"))
        self._end(step, f"failed: {cause.replace('_', ' ')}; {'rolled back' if rolled_back else 'NOT rolled back'}")
        self._show_words(reader.message)
        self._checks += [
            Check(f"{step.name}: the playbook fails (exit code {code})", code != 0),
            Check(
                f"{step.name}: the cause is named: {cause}, {words!r} (named: {', '.join(reader.codes) or 'none'})",
                named,
            ),
            Check(f"{step.name}: it was rolled back", rolled_back),
        ]

    def _check_told_in_time(self, step: Step) -> None:
        event = self._cluster.first_pull_failure(f"{self._settings.image}:9.9", step.started)
        told = step.told.get("image not found")
        if event is None or told is None:
            missing = "an ErrImagePull event" if event is None else "a line that says image not found"
            self._checks.append(Check(f"{step.name}: {missing} to measure by", False))
            return
        text = (
            f"first ErrImagePull event {screen.time_of_day(event)} (events know whole seconds), "
            f"told {screen.time_of_day(told, 1)}, {told - event:.1f} s later or less"
        )
        self._teller.show(f"   {text}")
        self._checks.append(Check(f"{step.name}: {text}", told - event <= TOLD_WITHIN))

    def _settle(self, step: Step, version: str) -> None:
        """Watch until the traffic has shown the version alone for a while, and the Deployment runs just that."""
        deadline = time.monotonic() + SETTLE
        first = len(self._seconds)
        while time.monotonic() < deadline:
            fresh = [second for second in self._seconds[first:] if second.at >= step.started + step.seconds]
            if len(fresh) >= PURE_SECONDS and all(second.only(version) for second in fresh[-PURE_SECONDS:]):
                break
            self._next(lambda line: [], step, deadline - time.monotonic())
        pure = bool(self._seconds[first:]) and self._seconds[-1].only(version)
        running = self._cluster.running()
        self._checks += [
            Check(f"{step.name}: ends with {version} alone", pure),
            Check(
                f"{step.name}: the Deployment runs {running.image}, {running.ready} of {running.wanted} ready",
                running.image == f"{self._settings.image}:{version}" and running.ready == running.wanted,
            ),
        ]

    def _for_cluster(self) -> list[str]:
        if self._settings.on_lab:
            return []
        chosen = {
            "workload_kubeconfig": self._settings.kubeconfig,
            "workload_image": self._settings.image,
            "workload_namespace": self._settings.namespace,
            "workload_name": self._settings.name,
            "workload_host": self._settings.host,
        }
        words = [word for name, value in chosen.items() for word in ("-e", f"{name}={value}")]
        return [*words, *self._settings.options]

    def _start_traffic(self) -> None:
        self._teller.begin("", f"From now on {self._settings.rate:g} requests per second to {self._settings.url}")
        self._teller.show(f"   {first_answer(self._settings)}")
        self._traffic = Traffic(self._settings, self._inbox.put)
        self._teller.show(
            f"   for {self._settings.host}, half over kept connections, half over new ones; a line per second"
        )

    def _begin(self, name: str) -> Step:
        self._steps.append(Step(name, time.time()))
        return self._steps[-1]

    def _end(self, step: Step, outcome: str) -> None:
        step.seconds = time.time() - step.started
        step.outcome = outcome
        self._teller.show(f"   {self._paint(f'{outcome} after {step.seconds:.1f} s', screen.DIM)}")

    def _run(self, command: list[str], shown: Callable[[str], list[str]], step: Step | None = None) -> int:
        environment = {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_NOCOWS": "1",
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "PYTHONUNBUFFERED": "1",
        }
        if self._settings.on_lab:
            environment.pop("KUBECONFIG", None)
        step = step or self._steps[-1]
        with processes.started(command, environment, self._inbox):
            while True:
                happened = self._next(shown, step, HEARTBEAT)
                if isinstance(happened, processes.Ended):
                    return happened.code
                if happened is None:
                    waited = screen.minutes(time.time() - step.started)
                    self._teller.show(f"   {self._paint(f'... {waited}', screen.DIM)}")

    def _next(self, shown: Callable[[str], list[str]], step: Step, patience: float) -> processes.Happening | None:
        """Deal with the next thing that happens, a line or a second of traffic."""
        try:
            happened = self._inbox.get(timeout=max(0.0, patience))
        except queue.Empty:
            return None
        if isinstance(happened, Second):
            self._second(happened)
        elif isinstance(happened, processes.Line):
            self._teller.note(f"{'!' if happened.error else '|'} {happened.text}")
            for text in [] if happened.error else shown(happened.text):
                step.told.setdefault("image not found" if "image not found" in text else text, time.time())
                self._teller.show(f"   {text}")
        return happened

    def _second(self, second: Second) -> None:
        self._seconds.append(second)
        self._known += [version for version in sorted(second.versions) if version not in self._known]
        self._teller.show(screen.second_line(second, self._known, self._teller.style))

    def _drain(self) -> None:
        while not self._inbox.empty():
            happened = self._inbox.get()
            if isinstance(happened, Second):
                self._second(happened)

    def _show_words(self, message: str) -> None:
        for line in message.splitlines():
            self._teller.show("   " + self._paint(f"| {line}", screen.RED))

    def _show_table(self) -> None:
        under_traffic = [step for step in self._steps if step.expected]
        sums = figures.shares_of_steps(self._seconds, [step.started for step in under_traffic]) if under_traffic else []
        by_name = {step.name: figure for step, figure in zip(under_traffic, sums, strict=True)}
        rows = []
        for step in self._steps:
            traffic = by_name.get(step.name)
            if traffic is None:
                rows.append(screen.Row(step.name, step.seconds, None, None, "-", step.outcome))
                continue
            self._checks += figures.checks_of_traffic(step.name, traffic, step.expected)
            seen = ", ".join(traffic.versions)
            rows.append(screen.Row(step.name, step.seconds, traffic.requests, traffic.failed, seen, step.outcome))
        if rows:
            for line in ["", *screen.table(rows, self._teller.style)]:
                self._teller.show(f"   {line}".rstrip())

    def _stop_traffic_quietly(self) -> None:
        if self._traffic:
            try:
                self._teller.note(f"traffic: {self._traffic.stop()['msg']}")
            except DemoError as error:
                self._teller.note(str(error))
            self._traffic = None

    def _paint(self, text: str, code: str) -> str:
        return self._teller.style.paint(text, code)
