# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import http.server
import pathlib
import queue
import threading
import typing as t

import pytest

from ansible_collections.steady.rollout.lab.demo_story import traffic
from ansible_collections.steady.rollout.lab.demo_story.settings import DemoError, Settings

SETTINGS = Settings(on_lab=False, labs_own=False, cache=pathlib.Path("/nowhere"), kubeconfig="")


class Service(http.server.BaseHTTPRequestHandler):
    """Answers as the story's service does, for one host name."""

    protocol_version = "HTTP/1.1"
    asked = threading.Event()

    def do_GET(self) -> None:
        found = self.headers["Host"] == "shop.lab"
        body = b"App Version 1.0 running on host: a\n" if found else b"404 page not found"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.asked.set()

    def log_message(self, format: str, *args: t.Any) -> None:
        pass


@pytest.fixture
def settings() -> t.Iterator[Settings]:
    """Settings whose URL is that of a running service."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield dataclasses.replace(SETTINGS, url=f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
        thread.join()


def test_the_first_answer_is_that_of_the_service(settings: Settings) -> None:
    assert traffic.first_answer(settings, patience=5) == "App Version 1.0 running on host: a"


def test_no_answer_of_the_service_ends_the_story_with_what_was_said_instead(settings: Settings) -> None:
    with pytest.raises(DemoError, match=r"for other\.lab in 0 s; it said: 404 404 page not found"):
        traffic.first_answer(dataclasses.replace(settings, host="other.lab"), patience=0)


def test_the_traffic_tells_each_second_and_its_report_has_them_all(settings: Settings) -> None:
    seconds: queue.SimpleQueue[t.Any] = queue.SimpleQueue()
    Service.asked.clear()
    running = traffic.Traffic(settings, seconds.put)
    assert Service.asked.wait(10)
    report = running.stop()
    told = [seconds.get(timeout=10)]
    while not seconds.empty():
        told.append(seconds.get())
    assert all(second.only("1.0") for second in told)
    assert sum(second.requests for second in told) == report["requests"] > 0
    assert report["failed_requests"] == 0
