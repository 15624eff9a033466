# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that go through the load balancer all the time: one process of the http_probe module, followed live."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import typing as t
from collections.abc import Callable

import urllib3

from . import figures
from .settings import PROJECT, DemoError, Settings

PATTERN = r"App Version (\S+) running on host"
MODULE = "ansible_collections.steady.rollout.plugins.modules.http_probe"
# Longer than the story can take: if everything else fails, the traffic still ends.
LONGEST = "20m"
PATIENCE = 15.0

Json = dict[str, t.Any]


def first_answer(settings: Settings, patience: float = 60.0) -> str:
    """Wait until the load balancer passes on an answer of the service, and return it. Raises DemoError when it does not."""
    pool = urllib3.PoolManager(retries=False, timeout=2.0)
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = pool.request("GET", settings.url, headers={"Host": settings.host})
            said = f"{answer.status} {answer.data[:200].decode(errors='replace').strip()}"
        except urllib3.exceptions.HTTPError as error:
            said = str(error)
        if re.search(PATTERN, said):
            return said.partition(" ")[2]
        if time.monotonic() > deadline:
            raise DemoError(
                f"No answer of the service at {settings.url} for {settings.host} in {patience:.0f} s; it said: {said}"
            )
        time.sleep(0.1)


class Traffic:
    """Starts with its construction; each second's figures go to ``on_second``, called from a thread."""

    def __init__(self, settings: Settings, on_second: Callable[[figures.Second], None]) -> None:
        options = {
            "url": settings.url,
            "headers": {"Host": settings.host},
            "rate": settings.rate,
            "concurrency": max(10, int(settings.rate / 5)),
            "duration": LONGEST,
            # A slow answer is no lost request: two busy cores may keep one waiting for seconds.
            "timeout": "10s",
            "connections": "both",
            "version_pattern": PATTERN,
        }
        reading, writing = os.pipe()
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(PROJECT / ".collections"), os.environ.get("PYTHONPATH", ""))),
            "STEADY_ROLLOUT_PROGRESS": f"/dev/fd/{writing}",
        }
        # In a session of its own, so that Ctrl-C in the terminal does not end it before it was asked for its report.
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, json.dumps({"ANSIBLE_MODULE_ARGS": options})],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            start_new_session=True,
            text=True,
        )
        os.close(writing)
        self._on_second = on_second
        self._follower = threading.Thread(target=self._follow, args=(reading,), daemon=True)
        self._follower.start()

    def _follow(self, reading: int) -> None:
        with open(reading, encoding="utf-8") as lines:
            for line in lines:
                self._on_second(figures.second_of(json.loads(line)))

    def stop(self) -> Json:
        """End it and return its own report of everything it sent. Raises DemoError when it has none."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            output, _nothing = self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise DemoError(f"The traffic did not end within {PATIENCE:.0f} s of being asked to.") from None
        self._follower.join(PATIENCE)
        try:
            report: Json = json.loads(output)
        except ValueError:
            raise DemoError(f"The traffic ended without a report: {output.strip()[-500:]}") from None
        if "requests" not in report:
            raise DemoError(f"The traffic could not run: {report.get('msg')}")
        return report
