# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks tell others: one message for each rollout to a real HTTP server, an artifact for what runs next, a table."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import typing as t

from ansible_collections.steady.rollout.tests.integration import fronts, playbooks

Json = dict[str, t.Any]
TOKEN = "hunter2hunter2"


@contextlib.contextmanager
def webhook() -> t.Iterator[tuple[str, list[Json]]]:
    """Its address, which is a secret, and the messages that it takes; it is busy at first."""
    got: list[Json] = []
    asked: list[str] = []

    class Hook(fronts.Quiet):
        def do_POST(self) -> None:
            """Take it, but for the first."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(self.path)
            if len(asked) > 1:
                got.append(body)
            self.send_response(503 if len(asked) == 1 else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with fronts.serving(Hook) as port:
        yield f"http://127.0.0.1:{port}/services/{TOKEN}", got


def play(playbook: str, namespace: str, **more: t.Any) -> tuple[int, str]:
    """Exit code and output of one of the collection's playbooks, as people with a question see it."""
    image = os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app")
    named = {"workload_namespace": namespace, "workload_name": "app", "workload_image": image}
    given = {**named, "workload_kubeconfig": os.environ["KUBECONFIG"], "workload_timeout": "3m", **more}
    words = ("-vvv", "-i", "localhost,", f"playbooks/{playbook}.yml", "-e", json.dumps(given))
    environment = {"ANSIBLE_SHOW_CUSTOM_STATS": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    done = playbooks.by_itself(*words, **environment)
    assert TOKEN not in done.stdout
    return done.returncode, done.stdout


def artifact(said: str) -> Json:
    found = re.search(r"RUN: (\{.*\})", said)
    assert found, said[-3000:]
    left: Json = json.loads(found[1])["steady_rollout"]
    return left


def test_others_are_told_what_came_of_a_playbook(namespace: str, tmp_path: pathlib.Path) -> None:
    with webhook() as (url, got):
        notify = {"url": url, "format": "generic"}
        page = tmp_path / "app.html"
        code, said = play("deploy", namespace, version="1.0", workload_notify=notify)
        assert code == 0, said[-3000:]
        assert artifact(said) == {
            "release": f"{namespace}/app@1",
            "from": "",
            "to": "1.0",
            "outcome": "complete",
            "report": "",
        }
        code, said = play("upgrade", namespace, version="9.9", workload_notify=notify, workload_report=str(page))
        assert code == 2, said[-3000:]
        left = artifact(said)
        assert (left["from"], left["to"], left["outcome"]) == ("1.0", "9.9", "rolled back")
        assert left["report"] == str(page)
        assert f"Deployment {namespace}/app" in page.read_text()
        nowhere = str(tmp_path / "no" / "where.html")
        code, said = play("scale", namespace, replicas=2, workload_notify=notify, workload_report=nowhere)
        assert code == 0, said[-3000:]
        assert "does not exist, make it first" in said
        left = artifact(said)
        assert (left["outcome"], left["report"]) == ("complete", "")
    deployed, upgraded = got
    assert [entry["outcome"] for entry in deployed["workloads"]] == ["complete"]
    assert upgraded["report"] == str(page)
    (entry,) = upgraded["workloads"]
    assert upgraded["failed"]
    assert (entry["namespace"], entry["name"], entry["outcome"]) == (namespace, "app", "rolled back")
    assert (entry["before"]["version"], entry["after"]["version"]) == ("1.0", "1.0")
    assert entry["findings"][0]["code"] == "image_not_found"
    code, said = play("status", namespace)
    assert code == 0, said[-3000:]
    assert re.search(rf"{namespace[:15]}\S*  Deployment  app +1.0 +2/2 +complete +good, 9.9 bad ", said)
