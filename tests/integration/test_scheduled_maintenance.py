# SPDX-License-Identifier: GPL-3.0-or-later
"""A timer on one of the lab's hosts that really fires, and really upgrades."""

from __future__ import annotations

import json
import os
import pathlib
import re
import secrets
import shlex
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import record

pytestmark = pytest.mark.xdist_group("test_scheduled_maintenance")  # they share what is made once for a worker
Json = dict[str, t.Any]
CHECKOUT = pathlib.Path(__file__).parents[2]
LAB = pathlib.Path(os.environ.get("STEADY_ROLLOUT_CACHE", "~/.cache/steady-rollout")).expanduser() / "lab"
HOST, ADDRESS = "lab-control-plane-1", "10.77.0.11"
IMAGE = os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app")
KEYS = (
    "-i",
    str(LAB / "ssh/id_ed25519"),
    "-o",
    f"UserKnownHostsFile={LAB / 'ssh/known_hosts'}",
    "-o",
    "LogLevel=ERROR",
)
SOON = "{{ '%Y-%m-%d %H:%M:%S UTC' | strftime(now(utc=true).timestamp() | int + 40, utc=true) }}"
"""Reckoned when the timer is written: 40 s from then, for on a busy machine it takes its time to start it."""
STAMPS = "/var/lib/systemd/timers"
CLOSED = [{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "duration": "1m"}]


def on_host(command: str, *, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["ssh", *KEYS, f"root@{ADDRESS}", command], input=given, capture_output=True, timeout=300, check=False
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[str]:
    """Ansible and this collection on the host, in a folder that goes afterwards."""
    there = f"/opt/steady-rollout-test-{secrets.token_hex(3)}"
    site = tmp_path_factory.mktemp("site")
    pins = ("ansible-core==2.19.14", "kubernetes==37.0.2", "jmespath==1.1.0")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", str(site)]
    subprocess.run([*pip, "--python-version", "3.11", "--only-binary=:all:", *pins], check=True, timeout=300)
    listed = [
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "plugins",
        "playbooks",
        "roles",
        "meta",
        "galaxy.yml",
    ]
    names = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.split()
    parts = ((str(site), ["."], there), (str(CHECKOUT), names, f"{there}/ansible_collections/steady/rollout"))
    try:
        for at, what, to in parts:
            packed = subprocess.run(["tar", "-C", at, "-c", *what], check=True, capture_output=True).stdout
            assert on_host(f"mkdir -p {to} && tar -x -C {to}", given=packed).returncode == 0
        start = (
            f'#!/bin/sh\nPYTHONPATH={there} ANSIBLE_COLLECTIONS_PATH={there} exec python3 -m ansible playbook "$@"\n'
        )
        assert (
            on_host(
                f"cat > {there}/ansible-playbook && chmod 755 {there}/ansible-playbook", given=start.encode()
            ).returncode
            == 0
        )
        kubeconfig = pathlib.Path(os.environ["KUBECONFIG"]).read_bytes()
        assert on_host(f"umask 077 && cat > {there}/kubeconfig", given=kubeconfig).returncode == 0
        yield there
    finally:
        on_host(f"rm -rf {there}")


def scheduled(tmp_path: pathlib.Path, **values: t.Any) -> tuple[int, str]:
    """The role, played on the host."""
    named = {f"scheduled_maintenance_{key}": value for key, value in values.items()}
    task = {
        "ansible.builtin.import_role": {"name": "steady.rollout.scheduled_maintenance"},
        "name": "Schedule",
        "vars": named,
    }
    book = tmp_path / "schedule.yml"
    book.write_text(json.dumps([{"hosts": HOST, "gather_facts": False, "tasks": [task]}]))
    command = ["ansible-playbook", "-i", "inventory/lab", str(book)]
    done = subprocess.run(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout + done.stderr


ENDING = re.compile(r"\d{4}-\d\d-\d\dT\S+Z (well|failed): ")
"""The line of ``steady-rollout-last``; the playbook before it has words of its own for what failed."""


def ended(unit: str, since: str) -> str:
    """Follow the journal until it says how the run ended; all that it said."""
    follow = f"journalctl -f -n all -o cat -u {unit}.service --since {shlex.quote(since)}"
    said = []
    with subprocess.Popen(
        ["timeout", "300", "ssh", *KEYS, f"root@{ADDRESS}", follow], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if ENDING.match(line):
                break
        process.terminate()
    return "".join(said)


def test_a_timer_upgrades_at_its_time_and_is_refused_outside_the_windows(
    cluster: ApiCluster, namespace: str, folder: str, tmp_path: pathlib.Path
) -> None:
    name = f"test-{secrets.token_hex(3)}"
    unit = f"steady-rollout-{name}"
    cluster.create(
        resources.DEPLOYMENT, namespace, record.manifest(Reference("Deployment", namespace, "app"), f"{IMAGE}:1.0")
    )
    workload = {"workload_namespace": namespace, "workload_name": "app", "workload_timeout": "3m"}
    common = {
        "name": name,
        "playbook": "steady.rollout.upgrade",
        "command": f"{folder}/ansible-playbook",
        "environment": {"K8S_AUTH_KUBECONFIG": f"{folder}/kubeconfig"},
    }

    def version() -> str:
        present = cluster.read(resources.DEPLOYMENT, namespace, "app")
        return next(iter(objects.images(objects.template(present)).values())).rpartition(":")[2]

    def now() -> str:
        return on_host("date '+%Y-%m-%d %H:%M:%S'").stdout.strip()

    try:
        began = now()
        code, said = scheduled(tmp_path, **common, on_calendar=[SOON], extra_vars={**workload, "version": "2.0"})
        assert code == 0, said[-3000:]
        none = on_host(f"steady-rollout-last {name}")
        assert (none.returncode, none.stdout.strip()) in ((3, f"{name} has not run yet"), (0, none.stdout.strip()))
        journal = ended(unit, began)
        assert "well: all done (success, status 0)" in journal, journal[-3000:]
        assert "upgraded from 1.0 to 2.0" in journal
        assert version() == "2.0"
        assert on_host(f"steady-rollout-last {name}").returncode == 0

        # Outside the windows, started three times at once: one run, which changes nothing.
        refused = {**workload, "version": "3.0", "workload_window": CLOSED}
        rarely = {"on_calendar": ["2099-01-01"], "random_delay": "10m", "longest": "90min"}
        code, said = scheduled(tmp_path, **common, **rarely, extra_vars=refused)
        assert code == 0, said[-3000:]
        code, said = scheduled(tmp_path, **common, **rarely, extra_vars=refused)
        assert code == 0 and "changed=0 " in said, said[-3000:]
        assert shown(f"{unit}.timer", "Persistent", "RandomizedDelayUSec") == ["no", "10min"]
        assert shown(f"{unit}.service", "TimeoutStartUSec") == ["1h 30min"]
        began = now()
        on_host(f"for i in 1 2 3; do systemctl start --no-block {unit}.service; done")
        journal = ended(unit, began)
        assert journal.count("Starting ") == 1
        assert "no maintenance window is open" in journal, journal[-3000:]
        told = on_host(f"steady-rollout-last {name}")
        assert told.returncode == 1 and "failed: a task failed (exit-code, status 2)" in told.stdout
        assert version() == "2.0"
    finally:
        code, said = scheduled(tmp_path, name=name, state="absent")
    assert code == 0, said[-3000:]
    assert left_of(unit) == ""


def test_a_run_that_was_missed_is_caught_up_on_and_one_that_takes_too_long_is_stopped(tmp_path: pathlib.Path) -> None:
    name = f"test-{secrets.token_hex(3)}"
    unit = f"steady-rollout-{name}"
    dawdler = f"/run/{unit}"
    # The host was off for two days: systemd keeps when a timer fired last as the time of this file.
    missed = f"touch -d '2 days ago' {STAMPS}/stamp-{unit}.timer"
    on_host(f"mkdir -p {STAMPS} && {missed} && cat > {dawdler} && chmod 755 {dawdler}", given=b"#!/bin/sh\nsleep 250\n")
    try:
        began = on_host("date '+%Y-%m-%d %H:%M:%S'").stdout.strip()
        daily = {"on_calendar": ["00:00"], "catch_up": True, "longest": "1s"}
        code, said = scheduled(tmp_path, name=name, playbook="none.yml", command=dawdler, **daily)
        assert code == 0, said[-3000:]
        assert shown(f"{unit}.timer", "Persistent", "RandomizedDelayUSec") == ["yes", "0"]
        assert "failed: it took too long and was stopped (timeout" in ended(unit, began)
        assert on_host(f"steady-rollout-last {name}").returncode == 1
    finally:
        on_host(f"rm -f {dawdler}")
        code, said = scheduled(tmp_path, name=name, state="absent")
    assert code == 0, said[-3000:]
    assert left_of(unit) == ""


def shown(unit: str, *properties: str) -> list[str]:
    """What systemd has made of a unit's settings, in their order."""
    return [on_host(f"systemctl show --value --property={each} {unit}").stdout.strip() for each in properties]


def left_of(unit: str) -> str:
    """What a timer that was taken away has left."""
    shared = "/etc/steady-rollout /usr/local/bin/steady-rollout-last"
    own = f"/etc/systemd/system/{unit}.* /var/lib/{unit} {STAMPS}/stamp-{unit}.timer"
    return on_host(f"ls -d {own} {shared}").stdout


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "Two words"}, "write lower-case letters, digits and hyphens"),
        ({"name": "ok", "playbook": ""}, "what to run and when"),
        ({"name": "ok", "playbook": "p.yml", "on_calendar": ["every now and then"]}, "is not possible"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(values: Json, words: str, tmp_path: pathlib.Path) -> None:
    code, said = scheduled(tmp_path, **values)
    assert code and words in said and "Traceback" not in said, said[-3000:]
