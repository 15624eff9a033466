# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import json
import signal
import threading
import typing as t

import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.modules import rollout_notify

Json = dict[str, t.Any]
TOKEN = "hunter2hunter2"
GOOD: Json = {"changed": True, "failed": False, "status": "complete", "msg": "Upgraded Deployment shop/app."}
BAD: Json = {"changed": True, "failed": True, "status": "failed", "msg": "Upgrade of Deployment shop/app failed."}


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook that gives every message the same answer and keeps it."""

    status = 200
    got: list[tuple[t.Any, Json]]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = t.cast("Receiver", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append((self.headers, json.loads(body)))
        said = f"no hook at {self.path}".encode()
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *_args: t.Any) -> None:
        """Nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Receiver]:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Receiver(("127.0.0.1", 0), Handler)
    server.got = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def notify(
    capsys: pytest.CaptureFixture[str], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> t.Iterator[t.Callable[..., Json]]:
    """Runs the module and gives its result, in which no token stands."""
    # A process is one module's elsewhere, and its warnings are kept for all of it.
    monkeypatch.setattr(warnings, "_global_warnings", {})
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def one(*, check: bool = False, **options: t.Any) -> Json:
        url = f"http://127.0.0.1:{receiver.server_address[1]}/services/{TOKEN}"
        given = {"url": url, "results": GOOD, "retries": 0, **options, "_ansible_check_mode": check}
        with patch_module_args(given), pytest.raises(SystemExit):
            rollout_notify.main()
        said = capsys.readouterr()
        assert TOKEN not in said.out + said.err
        result: Json = json.loads(said.out)
        return result

    yield one
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_message_in_the_form_of_slack_is_taken(notify: t.Any, receiver: Receiver) -> None:
    result = notify()
    assert (result["sent"], result["changed"], result["attempts"], result["status_code"]) == (True, False, 1, 200)
    ((_headers, body),) = receiver.got
    assert body["text"] == "Upgraded Deployment shop/app."
    assert body["attachments"][0]["color"] == "#2eb67d"
    assert body == result["payload"]


def test_a_program_gets_the_facts_and_the_headers_of_its_own(notify: t.Any, receiver: Receiver) -> None:
    result = notify(
        format="generic", headers={"Authorization": "Bearer c4f3b4b3c4f3"}, report="report.html", results=[GOOD, BAD]
    )
    ((headers, body),) = receiver.got
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer c4f3b4b3c4f3", "application/json")
    assert (body["failed"], body["report"], len(body["workloads"])) == (True, "report.html", 2)
    assert "c4f3b4b3" not in json.dumps(result)


@pytest.mark.parametrize(
    ("send_on", "result", "sent"),
    [
        ("always", GOOD, True),
        ("always", BAD, True),
        ("failure", GOOD, False),
        ("failure", BAD, True),
        ("success", GOOD, True),
        ("success", BAD, False),
    ],
)
def test_it_is_sent_when_it_is_wanted(
    notify: t.Any, receiver: Receiver, send_on: str, result: Json, sent: bool
) -> None:
    told = notify(send_on=send_on, results=result)
    assert (told["sent"], len(receiver.got)) == (sent, int(sent))


def test_a_check_sends_nothing_and_shows_what_would_be(notify: t.Any, receiver: Receiver) -> None:
    told = notify(check=True)
    assert (told["sent"], told["payload"]["text"], receiver.got) == (False, "Upgraded Deployment shop/app.", [])


def test_a_webhook_that_refuses_is_a_warning_without_its_address(
    notify: t.Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(rollout_notify, "warn", warned.append)
    receiver.status = 404
    told = notify()
    assert not told.get("failed")
    assert "404 Not Found: no hook at /***" in told["msg"]
    (warning,) = warned
    assert warning.endswith("The rollout is not affected.")


def test_it_fails_where_it_is_required(notify: t.Any, receiver: Receiver) -> None:
    receiver.status = 404
    told = notify(required=True)
    assert told["failed"]
    assert "did not take the message in 1 attempt: 404" in told["msg"]
    assert "warnings" not in told


def test_no_results_are_no_message(notify: t.Any, receiver: Receiver) -> None:
    assert notify(results=[])["msg"] == "No message was sent: there are no results."
    assert receiver.got == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": f"hooks.lab/{TOKEN}"}, "url needs a scheme"),
        ({"url": ""}, "url needs a scheme"),
        ({"results": "text"}, "results: a str is no result"),
        ({"timeout": "soon"}, "timeout: 'soon' is not a length of time"),
        ({"retries": 99}, "retries: 99 is not possible"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(notify: t.Any, receiver: Receiver, options: Json, words: str) -> None:
    told = notify(**options)
    assert told["failed"]
    assert words in told["msg"]
    assert receiver.got == []
