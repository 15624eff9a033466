# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
import typing as t

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.modules import http_probe
from ansible_collections.steady.rollout.tests.unit.masked import shown

if t.TYPE_CHECKING:
    import pathlib

Json = dict[str, t.Any]


class Shop(http.server.BaseHTTPRequestHandler):
    """Answers its version; `/kill` also sends the process the signal that a service manager would."""

    protocol_version = "HTTP/1.1"
    killed_once = threading.Lock()

    def do_GET(self) -> None:
        body = b'{"version": "1.0"}' if self.headers["Authorization"] is None else b'{"version": "signed in"}'
        self.send_response(503 if self.path == "/busy" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/kill" and self.killed_once.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGTERM)

    def log_message(self, format: str, *args: t.Any) -> None:
        pass


@pytest.fixture
def shop() -> t.Iterator[str]:
    """The address of a running server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> t.Iterator[t.Callable[..., Json]]:
    """Runs the module with options and returns what it printed."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def module(**options: t.Any) -> Json:
        with patch_module_args({"rate": 100, "duration": "50ms", **options}), pytest.raises(SystemExit):
            http_probe.main()
        result: Json = json.loads(shown(capsys.readouterr().out))
        return result

    yield module
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_what_was_measured_is_returned(shop: str, run: t.Any) -> None:
    result = run(url=shop, version_path="version")
    assert (result["changed"], result["requests"], result["failed_requests"]) == (False, 5, 0)
    assert result["versions"] == {"1.0": {"requests": 5, "share": 1.0}}
    assert result["msg"].startswith(f"5 requests to {shop} in 0.1 s: 0 failed; p50 ")


def test_check_mode_measures_just_the_same(shop: str, run: t.Any) -> None:
    assert run(url=shop, _ansible_check_mode=True)["requests"] == 5


def test_secret_headers_are_sent_and_not_shown(shop: str, run: t.Any) -> None:
    result = run(url=shop, version_path="version", secret_headers={"Authorization": "Bearer hunter2"})
    assert "signed in" in result["versions"]
    assert "hunter2" not in json.dumps(result)


def test_failures_are_only_reported_unless_a_limit_is_given(shop: str, run: t.Any) -> None:
    result = run(url=shop + "busy")
    assert (result.get("failed"), result["failed_requests"], result["error_rate"]) == (None, 5, 1.0)


def test_more_failures_than_the_limit_fail_the_task_and_are_still_reported(shop: str, run: t.Any) -> None:
    result = run(url=shop + "busy", max_error_rate=0.5)
    assert (result["failed"], result["failed_requests"]) == (True, 5)
    assert result["msg"].startswith(f"5 of 5 requests to {shop}busy failed (100 %), ")
    assert "more than the 50 % that max_error_rate allows: 5 status_5xx (503 Service Unavailable: " in result["msg"]


def test_a_signal_ends_the_measuring_and_not_the_report(shop: str, run: t.Any) -> None:
    result = run(url=shop + "kill", duration="30s", connections="new")
    assert result["stopped_early"]
    assert result["requests"] >= 1
    assert result["requests"] == sum(record["requests"] for record in result["per_second"])


def test_each_second_is_told_while_it_runs(
    shop: str, run: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv("STEADY_ROLLOUT_PROGRESS", str(file))
    result = run(url=shop)
    told = [json.loads(line) for line in file.read_text().splitlines()]
    assert all(f"{second['requests']} requests" in second.pop("text") for second in told)
    assert told == result["per_second"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"url": "shop.lab"}, "url: 'shop.lab' needs a scheme and a host"),
        ({"rate": 0}, "rate: 0 is not possible"),
        ({"duration": "0"}, "duration: '0' is not possible"),
        ({"duration": "soon"}, "duration: 'soon' is not a length of time"),
        ({"timeout": "-1s"}, "timeout: '-1s' is not possible"),
        ({"version_pattern": "x"}, "version_pattern: 'x' has 0 groups"),
        ({"version_pattern": "("}, "version_pattern: '(' is not a regular expression"),
        ({"version_path": "a b"}, "version_path: 'a b' is not a JMESPath expression"),
        ({"max_error_rate": 5}, "max_error_rate: 5 is not a share"),
        ({"headers": {"Cookie": "x"}}, "headers: the value of Cookie would be shown"),
        (
            {"version_pattern": "(x)", "version_path": "x"},
            "parameters are mutually exclusive: version_pattern|version_path",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(run: t.Any, options: Json, sentence: str) -> None:
    result = run(**{"url": "http://127.0.0.1:1/", **options})
    assert result["failed"]
    assert result["msg"].startswith(sentence)
    assert "requests" not in result


@pytest.mark.parametrize(("path", "needed"), [(None, ["urllib3"]), ("version", ["urllib3", "jmespath"])])
def test_jmespath_is_needed_only_where_it_is_used(path: str | None, needed: list[str]) -> None:
    assert http_probe.libraries({"version_path": path}) == needed


def test_the_documentation_and_the_arguments_agree() -> None:
    documented = yaml.safe_load(http_probe.DOCUMENTATION)["options"]
    assert {name: option.get("default") for name, option in documented.items()} == {
        name: option.get("default") for name, option in http_probe.ARGUMENTS.items()
    }
