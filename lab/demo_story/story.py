# SPDX-License-Identifier: GPL-3.0-or-later
"""The story itself: its steps in order, what each promises, and the table at the end."""

from __future__ import annotations

import dataclasses
import shlex
import time
import typing as t

from . import figures, screen
from .cluster import Cluster, Watch
from .figures import Check
from .playbook import Reader
from .reporting import Results
from .settings import LAB_VARIABLES, PROJECT, DemoError
from .stage import Stage, Step
from .traffic import first_answer

if t.TYPE_CHECKING:
    from .settings import Settings
    from .telling import Teller

TOLD_WITHIN = 3.0
NOT_THERE = "9.9"
NOT_FOUND = "image not found"


class Story:
    """Told once."""

    def __init__(self, settings: Settings, teller: Teller) -> None:
        self._settings = settings
        self._teller = teller
        self._results = Results(settings.cache / "demo")
        self._stage = Stage(settings, teller, self._results.environment())
        self._checks: list[Check] = []
        self._began = time.monotonic()

    def tell(self) -> int:
        """Everything, and the exit code: 0 only if every figure holds."""
        code = 1
        try:
            self._opening()
            if self._settings.on_lab:
                self._make_ready()
            Cluster(self._settings).first_node()
            self._set_the_scene()
            self._upgrade_and_undo()
            self._upgrades_that_fail()
            code = self._ending()
        except DemoError as error:
            self._broken_off(str(error))
        except KeyboardInterrupt:
            self._broken_off("Interrupted. What runs in the cluster stays as it is; the same command begins anew.")
            code = 130
        finally:
            self._stage.close()
            self._show(f"   Everything that was said and measured: {self._teller.log_file}")
        return code

    def _broken_off(self, reason: str) -> None:
        self._stage.break_off()
        self._stage.close()
        self._show("")
        self._show(f"   {reason}", screen.RED)
        self._show("")
        self._show_table()

    def _opening(self) -> None:
        where = (
            "three hosts on this machine" if self._settings.on_lab else f"the cluster of {self._settings.kubeconfig}"
        )
        self._show("steady.rollout: the undo button for Kubernetes workloads, from Ansible", screen.BOLD)
        self._show(f"The whole story, on {where}.", screen.DIM)

    def _make_ready(self) -> None:
        self._command(
            "1", "Three hosts under SSH, a registry, a download mirror", "hosts", "lab/lab", "up", "--hosts-only"
        )
        self._playbook("2", "A Kubernetes cluster on the bare hosts, by kubeadm over SSH", "bootstrap", "cluster")
        self._command("3", "The service: 1.0 and 2.0 are good, 3.0 never becomes ready", "images", "lab/service/build")

    def _set_the_scene(self) -> None:
        self._playbook("4", "Version 1.0 goes live", "deploy", "deploy 1.0", version="1.0")
        if self._settings.load_balancer:
            self._playbook("4", "An L7 load balancer: Gateway API and Traefik", "load_balancer", "load balancer")
        if not self._settings.url:
            url = f"http://{Cluster(self._settings).first_node()}:30080/"
            self._settings = dataclasses.replace(self._settings, url=url)
            self._stage.settings = self._settings
        self._teller.begin("4", f"From now on {self._settings.rate:g} requests per second through the load balancer")
        self._show(f"   {self._settings.url} says: {first_answer(self._settings)}")
        self._show("   Half of them over kept connections, half over new ones; one line for each second.")
        self._stage.start_traffic()
        replicas = self._settings.replicas
        name = f"scale to {replicas}"
        self._playbook("4", f"{replicas} replicas", "scale", name, expected=("1.0",), replicas=str(replicas))

    def _upgrade_and_undo(self) -> None:
        both = ("1.0", "2.0")
        watch = Watch(Cluster(self._settings), self._settings, "2.0")
        step, _reader, _code = self._playbook(
            "5",
            "Upgrade to 2.0 while the requests keep coming",
            "upgrade",
            "upgrade to 2.0",
            expected=both,
            version="2.0",
        )
        watch.close()
        ended = step.when("changed: [localhost]")
        if watch.complete and ended:
            self._show(
                f"   complete at {screen.time_of_day(watch.complete, 2)} in the eyes of an independent watch, "
                f"the task ended {ended - watch.complete:.2f} s later"
            )
        self._check_end(step, "2.0")
        step, _reader, _code = self._playbook(
            "5", "The undo button: back to the version before", "rollback", "rollback", expected=both
        )
        self._check_end(step, "1.0")

    def _upgrades_that_fail(self) -> None:
        step, reader, code = self._playbook(
            "5", f"Upgrade to {NOT_THERE}, whose image does not exist", "upgrade", f"upgrade to {NOT_THERE}",
            expected=("1.0",), fails=True, version=NOT_THERE,
        )  # fmt: skip
        self._check_failure(step, reader, code, "image_not_found", "not found")
        self._check_told_in_time(step)
        self._check_end(step, "1.0")
        step, reader, code = self._playbook(
            "5", "Upgrade to 3.0, which starts and never becomes ready", "upgrade", "upgrade to 3.0",
            expected=("1.0",), fails=True, version="3.0",
        )  # fmt: skip
        self._check_failure(step, reader, code, "probe", "503")
        self._check_end(step, "1.0")

    def _ending(self) -> int:
        report = self._stage.stop_traffic()
        self._checks += self._checks_of_traffic(report)
        self._teller.begin("6", "What it came to")
        self._show_table()
        latency, kinds = report["latency_ms"] or {}, report["by_connection"]
        self._show(
            f"\n   {report['requests']} requests: {kinds['keep_alive']['requests']} over kept connections, "
            f"{kinds['new']['requests']} over new ones; latency "
            + ", ".join(f"{name} {value:g} ms" for name, value in latency.items())
        )
        self._show(f"   The report, as one page: {self._results.report('The whole story', report)}")
        broken = [check for check in self._checks if not check.holds]
        for check in self._checks:
            self._teller.note(f"{'holds' if check.holds else 'DOES NOT HOLD'}: {check.text}")
        for check in broken:
            self._show(f"   does not hold: {check.text}", screen.RED)
        if not broken:
            took = screen.minutes(time.monotonic() - self._began)
            self._show(f"   All {len(self._checks)} figures hold, after {took} minutes.", screen.GREEN)
        return 1 if broken else 0

    def _command(self, number: str, title: str, name: str, *command: str) -> None:
        self._teller.begin(number, title, shlex.join(command))
        step = self._stage.begin(name)
        program = str(PROJECT / command[0])
        code = self._stage.run(step, [program, *command[1:]], lambda line: [line.strip()])
        self._stage.end(step, "FAILED" if code else "done")
        if code:
            raise DemoError(f"{shlex.join(command)} failed with exit code {code}; the log has all its words.")

    def _playbook(
        self,
        number: str,
        title: str,
        playbook: str,
        name: str,
        *,
        expected: tuple[str, ...] = (),
        fails: bool = False,
        **variables: str,
    ) -> tuple[Step, Reader, int]:
        """Run a playbook. Raises DemoError when it fails and is not meant to."""
        words = [f"playbooks/{playbook}.yml"]
        for variable, value in variables.items():
            words += ["-e", f"{variable}={value}"]
        command = ["ansible-playbook", *words, *(self._for_workload() if playbook != "bootstrap" else [])]
        self._teller.begin(number, title, shlex.join(command))
        step, reader = self._stage.begin(name, expected), Reader()
        code = self._stage.run(step, command, reader.feed, lambda: reader.task)
        reader.finish()
        for line in reader.message.splitlines():
            self._show(f"   | {line}", screen.RED)
        self._stage.end(step, "failed" if code else "done" if reader.changed else "done already")
        if code and not fails:
            raise DemoError(f"playbooks/{playbook}.yml failed in the task {reader.task!r}.")
        return step, reader, code

    def _for_workload(self) -> list[str]:
        """What the playbooks need to know beside the lab's inventory, which they read by themselves."""
        chosen = self._settings.variables()
        inventory = ["-i", "inventory/sample"]
        if self._settings.labs_own:
            chosen = {name: value for name, value in chosen.items() if value != LAB_VARIABLES.get(name)}
            inventory = []
        return [
            *inventory,
            *(word for name in chosen for word in ("-e", f"{name}={chosen[name]}")),
            *self._settings.options,
        ]

    def _check_end(self, step: Step, version: str) -> None:
        """In the end one version answers alone, and the Deployment runs just that."""
        pure = self._stage.watch_until_pure(step, version)
        running = Cluster(self._settings).running()
        right = running.image == f"{self._settings.image}:{version}" and running.ready == running.wanted
        text = f"the Deployment runs {running.image}, {running.ready} of {running.wanted} ready"
        self._checks += [
            Check(f"{step.name}: ends with answers of {version} alone", pure),
            Check(f"{step.name}: {text}", right),
        ]

    def _check_failure(self, step: Step, reader: Reader, code: int, cause: str, words: str) -> None:
        """It failed, for the right cause in the right words, and was rolled back."""
        rolled_back = bool(reader.failure.get("rolled_back"))
        causes = ", ".join(sorted(reader.codes)) or "none"
        step.outcome = f"failed: {reader.cause or 'no cause named'}; {'' if rolled_back else 'NOT '}rolled back"
        self._checks += [
            Check(f"{step.name}: fails (exit code {code})", code != 0),
            Check(f"{step.name}: names the cause {cause} (named: {causes})", reader.codes == {cause}),
            Check(f"{step.name}: says {words!r}", words in reader.message),
            Check(f"{step.name}: is rolled back", rolled_back),
        ]

    def _check_told_in_time(self, step: Step) -> None:
        """The failure was on the screen within seconds of the kubelet's word."""
        event = Cluster(self._settings).first_pull_failure(f"{self._settings.image}:{NOT_THERE}", step.started)
        told = step.when(NOT_FOUND)
        if event is None or told is None:
            missing = "an ErrImagePull event" if event is None else f"a line that says {NOT_FOUND!r}"
            self._checks.append(Check(f"{step.name}: there is {missing} to measure by", False))
            return
        ended = step.started + step.seconds
        text = (
            f"first ErrImagePull event at {screen.time_of_day(event)} (events know whole seconds), "
            f"{NOT_FOUND!r} on the screen at {screen.time_of_day(told, 1)}, rolled back by {screen.time_of_day(ended, 1)}"
        )
        self._show(f"   {text}")
        self._checks.append(Check(f"{step.name}: {text}, within {TOLD_WITHIN:g} s", told - event <= TOLD_WITHIN))

    def _checks_of_traffic(self, report: dict[str, t.Any]) -> list[Check]:
        sums = self._stage.sums()
        checks = [
            check
            for step in self._stage.steps
            if step.expected
            for check in figures.checks_of_traffic(step.name, sums[step.name], step.expected)
        ]
        counted = figures.add_up(self._stage.seconds)
        text = f"the steps' {counted.requests} requests are all that were sent: {report['requests']}"
        return [
            *checks,
            Check(text, counted.requests == report["requests"] and counted.failed == report["failed_requests"]),
        ]

    def _show_table(self) -> None:
        sums = self._stage.sums()
        rows = [
            screen.Row(step.name, step.seconds, sum_.requests, sum_.failed, ", ".join(sum_.versions), step.outcome)
            if (sum_ := sums.get(step.name))
            else screen.Row(step.name, step.seconds, None, None, "-", step.outcome)
            for step in self._stage.steps
        ]
        if sums:
            whole = figures.add_up(self._stage.seconds)
            took = sum(step.seconds for step in self._stage.steps)
            rows.append(screen.Row("all", took, whole.requests, whole.failed, ", ".join(whole.versions), ""))
        for line in screen.table(rows, self._teller.style) if rows else []:
            self._show(f"   {line}")

    def _show(self, text: str, code: str = "") -> None:
        self._teller.show(self._teller.style.paint(text, code) if code else text)
