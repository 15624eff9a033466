# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from steady_lab import processes, settings


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "RUN", tmp_path / "run")
    monkeypatch.setattr(settings, "LOGS", tmp_path / "log")
    return tmp_path


def test_a_started_process_is_running_until_it_is_ended() -> None:
    started = processes.start("sleeper", ["sleep", "60"])
    assert processes.running("sleeper") == started
    assert processes.end("sleeper")
    assert processes.running("sleeper") is None
    assert processes.start_time(started.pid) is None
    assert not processes.end("sleeper")


def test_a_process_that_ignores_the_request_is_ended_by_force(state: Path) -> None:
    ready = state / "ready"
    started = processes.start("stubborn", ["sh", "-c", f"trap '' TERM; mkfifo {ready}; read x < {ready}; sleep 60"])
    while not ready.exists():
        os.sched_yield()
    with ready.open("w") as fifo:
        fifo.write("go\n")
    processes.end("stubborn", 0.2)
    assert processes.start_time(started.pid) is None


@pytest.mark.parametrize("change", [{"started": 1}, {"boot": "another"}])
def test_a_stranger_with_the_same_id_is_neither_taken_for_ours_nor_ended(change: dict[str, object]) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        settings.RUN.mkdir()
        file = processes.record_file("ours")
        record = {"pid": stranger.pid, "started": processes.start_time(stranger.pid), "boot": boot()}
        file.write_text(json.dumps({**record, **change}))
        assert processes.running("ours") is None
        assert not processes.end("ours", 0.0, signal.SIGKILL)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_record_that_was_cut_short_means_no_process(text: str) -> None:
    settings.RUN.mkdir()
    processes.record_file("x").write_text(text)
    assert processes.running("x") is None


def test_children_are_told_oldest_first() -> None:
    first = subprocess.Popen(["sleep", "60"])
    second = subprocess.Popen(["sleep", "60"])
    try:
        told = [child for child in processes.children(os.getpid()) if child in (first.pid, second.pid)]
        started = [processes.start_time(child) for child in told]
        assert sorted(told) == sorted([first.pid, second.pid])
        assert started == sorted(started)
    finally:
        for child in (first, second):
            child.kill()
            child.wait()


def boot() -> str:
    return processes.BOOT_ID.read_text().strip()
