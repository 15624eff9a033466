# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks/awx.yml writes, by the very modules of awx.awx; and what its job templates do with whatever a survey may answer."""

from __future__ import annotations

import json
import math
import os
import pathlib
import subprocess
import typing as t

import ansible_runner
import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.traffic import routes
from ansible_collections.steady.rollout.tests.integration import playbooks
from ansible_collections.steady.rollout.tests.integration.controller import Controller

pytestmark = pytest.mark.xdist_group("test_awx")  # they share what is made once for a worker
Json = dict[str, t.Any]
SECRET = "apiVersion: v1 # a-marked-secret"
WANTED: Json = {
    "awx_project_url": "https://git.example.org/ops/rollout.git",
    "awx_image": "registry.example.org/rollout-ee:1.0",
    "awx_inventory_variables": {"workload_namespace": "shop", "workload_name": "app"},
    "awx_kubeconfig": SECRET,
    "awx_schedules": [
        {
            "name": "on Tuesdays",
            "template": "upgrade",
            "rrule": "DTSTART;TZID=Europe/Vienna:20261124T220000 RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU",
            "extra_data": {"version": "2.0"},
        }
    ],
}


def written(controller: Controller, **wanted: t.Any) -> subprocess.CompletedProcess[str]:
    words = ("-i", "localhost,", "playbooks/awx.yml", "-e", json.dumps(wanted))
    awx = {"CONTROLLER_HOST": controller.url, "CONTROLLER_OAUTH_TOKEN": "no-real-token"}
    return playbooks.by_itself(*words, longest=500, **awx)


@pytest.fixture(scope="module")
def controller() -> t.Iterator[Controller]:
    """An AWX in which the playbook has written its objects."""
    with Controller() as made:
        done = written(made, **WANTED)
        assert done.returncode == 0, done.stdout[-3000:]
        assert "a-marked-secret" not in done.stdout
        yield made
        made.shutdown()


def named(controller: Controller, kind: str) -> dict[str, Json]:
    return {item.get("name") or item["identifier"]: item for item in controller.kept[kind]}


def test_every_template_runs_a_playbook_that_exists_in_the_environment_that_was_written(controller: Controller) -> None:
    templates = named(controller, "job_templates")
    (environment,) = controller.kept["execution_environments"]
    (project,) = controller.kept["projects"]
    words = ("bootstrap", "deploy", "upgrade", "rollback", "take back", "scale", "node maintenance", "status")
    assert list(templates) == [f"steady.rollout {word}" for word in words]
    for template in templates.values():
        assert (playbooks.CHECKOUT / template["playbook"]).is_file()
        assert (template["project"], template["execution_environment"]) == (project["id"], environment["id"])
        assert template["allow_simultaneous"] is False
    assert environment["image"] == WANTED["awx_image"]


def test_surveys_have_the_form_that_awx_asks_for(controller: Controller) -> None:
    surveys = [spec for path, spec in controller.linked.items() if path.endswith("/survey_spec/")]
    assert len(surveys) == 7
    for question in (question for survey in surveys for question in survey["spec"]):
        assert {"variable", "question_name", "question_description", "type", "required", "default"} <= set(question)
        if question["type"] == "multiplechoice":
            assert question["default"] in question["choices"]
        else:
            assert isinstance(question["min"], int) and isinstance(question["max"], int)
        # A version as a number would have lost its form before any playbook sees it.
        assert question["variable"] != "version" or question["type"] == "text"


def test_the_kubeconfig_reaches_jobs_as_a_file_named_by_its_variables(controller: Controller) -> None:
    (kind,) = controller.kept["credential_types"]
    assert kind["injectors"] == {
        "file": {"template": "{{ kubeconfig }}"},
        "env": {"K8S_AUTH_KUBECONFIG": "{{ tower.filename }}", "KUBECONFIG": "{{ tower.filename }}"},
    }
    (credential,) = controller.kept["credentials"]
    assert credential["inputs"] == {"kubeconfig": SECRET}
    linked = [path for path in controller.linked if path.endswith("/credentials/")]
    assert len(linked) == 7  # all but bootstrap, which needs a credential for the hosts


def test_the_workflow_promotes_only_what_is_approved(controller: Controller) -> None:
    nodes, templates = named(controller, "workflow_job_template_nodes"), named(controller, "job_templates")

    def follows(node: str, how: str) -> list[int]:
        return [item["id"] for item in controller.linked.get(f"{nodes[node]['url']}{how}_nodes/", [])]

    assert nodes["canary"]["extra_data"]["workload_strategy"]["steps"][0]["pause"] is True
    assert "promote" not in nodes["canary"]["extra_data"] and nodes["promote"]["extra_data"]["promote"] is True
    assert follows("canary", "success") == [nodes["approve"]["id"]] and follows("canary", "failure") == []
    assert follows("approve", "success") == [nodes["promote"]["id"]]
    assert follows("approve", "failure") == [nodes["take-back"]["id"]]
    back = templates["steady.rollout take back"]
    assert nodes["take-back"]["unified_job_template"] == back["id"]
    # It takes no answers: the version that the workflow was asked for is not what it goes back to.
    assert (back["ask_variables_on_launch"], back["survey_enabled"]) == (False, False)


def test_a_schedule_launches_its_template_with_its_version(controller: Controller) -> None:
    (schedule,) = controller.kept["schedules"]
    assert schedule["unified_job_template"] == named(controller, "job_templates")["steady.rollout upgrade"]["id"]
    assert schedule["extra_data"] == {"version": "2.0"}


def test_credentials_of_awx_that_check_no_certificate_are_warned_about() -> None:
    with Controller() as made:
        kind = {"kind": "kubernetes_bearer_token"}
        made.kept["credentials"] = [
            made.made("credentials", 1, {"name": "open", **kind, "inputs": {"verify_ssl": True}}),
            made.made(
                "credentials", 2, {"name": "good", **kind, "inputs": {"verify_ssl": True, "ssl_ca_cert": "$encrypted$"}}
            ),
        ]
        done = written(made, **{**WANTED, "awx_kubeconfig": "", "awx_credentials": ["open", "good"]})
        made.shutdown()
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Credential open of AWX checks no certificate" in done.stdout
    assert "Credential good of AWX" not in done.stdout


def test_without_a_project_and_an_image_nothing_is_written() -> None:
    with Controller() as made:
        done = written(made)
        made.shutdown()
    assert done.returncode and "Set awx_project_url" in done.stdout
    assert made.writes == 0


CLOSED = [{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "duration": "1m"}]
FROZEN = [{"from": "2000-01-01", "until": "2999-12-31"}]
ANSWERS: list[tuple[str, Json, str]] = [
    ("upgrade", {"version": "2.0", "workload_on_failure": "", "break_glass": ""}, ""),
    ("upgrade", {"version": 2.0}, "as a number is 2.1"),
    ("upgrade", {"version": ""}, "Which version?"),
    ("deploy", {"version": 2.1}, "must be text"),
    ("deploy", {"version": ""}, "Which version?"),
    ("rollback", {"version": 1.1}, "as a number is 2.1"),
    ("rollback", {"revision": 1.5, "version": ""}, "revision"),
    ("rollback", {"revision": "", "version": "", "break_glass": ""}, ""),
    ("rollback", {"revision": "3", "version": ""}, ""),
    ("scale", {"replicas": "1"}, ""),
    ("scale", {"replicas": ""}, ""),
    ("scale", {"replicas": 0}, ""),
    ("scale", {"replicas": 2.0}, ""),
    ("scale", {"replicas": 2.5}, "is not a number of replicas. Say so with"),
    ("scale", {"replicas": "many"}, "is not a number of replicas. Say so with"),
    ("scale", {"replicas": 3, "workload_window": CLOSED}, "no maintenance window is open"),
    ("deploy", {"version": "2.0", "workload_freezes": FROZEN}, "changes are frozen"),
    ("upgrade", {"version": "2.0", "workload_window": CLOSED, "break_glass": ""}, "no maintenance window is open"),
    ("upgrade", {"version": "2.0", "workload_window": CLOSED, "break_glass": "login is broken"}, ""),
    ("status", {"workload_namespace": ""}, ""),
]
"""A template's playbook, what a survey answered, and the words of the refusal, if it is one; played in this order."""


def inventory(namespace: str) -> Json:
    """One host, as AWX suggests it, and what its jobs are about."""
    named = {
        "workload_namespace": namespace,
        "workload_name": "app",
        "workload_image": os.environ.get("SCENARIO_IMAGE", "registry.lab:5000/app"),
        "workload_replicas": 2,
    }
    host = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return {"all": {"hosts": {"localhost": host}, "vars": named}}


def job(folder: pathlib.Path, namespace: str, playbook: str, answers: Json) -> tuple[str, str]:
    """How a job ended and what it said.

    By ansible-runner, with extra variables in JSON and the environment that the credential type injects, as AWX does it.
    """
    (folder / "inventory").mkdir(parents=True)
    (folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory(namespace)))
    done = ansible_runner.run(
        private_data_dir=str(folder),
        project_dir=str(playbooks.CHECKOUT),
        playbook=playbook,
        extravars=answers,
        envvars={
            "K8S_AUTH_KUBECONFIG": os.environ["KUBECONFIG"],
            "JOB_ID": "42",
            "ANSIBLE_CONFIG": str(playbooks.CHECKOUT / "ansible.cfg"),
        },
        timeout=300,
        quiet=True,
    )
    return done.status, done.stdout.read()


def test_each_answer_of_a_survey_lands_right_or_is_refused_in_one_sentence(
    cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path
) -> None:
    """With the arguments that ansible-runner makes of answers: a file of extra variables in JSON."""
    deployed = ("deploy", {"version": "1.0", "break_glass": ""}, "")
    hosts, extra = tmp_path / "hosts.yml", tmp_path / "extravars"
    hosts.write_text(yaml.safe_dump(inventory(namespace)))
    for playbook, answers, refusal in (deployed, *ANSWERS):
        extra.write_text(json.dumps(answers))
        words = ("-i", str(hosts), "-e", f"@{extra}", f"playbooks/{playbook}.yml")
        done = playbooks.by_itself(*words, K8S_AUTH_KUBECONFIG=os.environ["KUBECONFIG"], JOB_ID="42")
        told = f"{playbook} {answers}\n{done.stdout[-3000:]}"
        assert bool(done.returncode) == bool(refusal), told
        assert refusal in done.stdout and "Traceback" not in done.stdout, told
    (workload,) = cluster.list(resources.Scope(resources.DEPLOYMENT, namespace))
    assert workload["spec"]["replicas"] == 2
    assert "login is broken" in workload["metadata"]["annotations"]["steady.rollout/break-glass"]


NOT_APPROVED = (("canary", {"app": "1.0", "app-canary": "2.0"}, [9, 1]), ("take-back", {"app": "1.0"}, [1]))
APPROVED = (("canary", {"app": "1.0", "app-canary": "2.0"}, [9, 1]), ("promote", {"app": "2.0"}, [1]))
"""The nodes of the workflow in their order, what runs after each, and the weights of the route in lowest terms."""


def test_the_workflow_tries_a_version_and_promotes_it_or_takes_it_back(
    controller: Controller, cluster: ApiCluster, site: str, tmp_path: pathlib.Path
) -> None:
    nodes = named(controller, "workflow_job_template_nodes")
    templates = {template["id"]: template for template in controller.kept["job_templates"]}
    for number, (node, running, weights) in enumerate((*NOT_APPROVED, *APPROVED)):
        template = templates[nodes[node]["unified_job_template"]]
        # What the workflow was asked for reaches the templates that ask for something, and no step takes its minute.
        answers = {"version": "2.0"} if template["ask_variables_on_launch"] else {}
        data = json.loads(json.dumps(nodes[node].get("extra_data") or {}).replace('"1m"', '"1s"'))
        own = yaml.safe_load(template["extra_vars"] or "{}")
        status, said = job(tmp_path / str(number), site, template["playbook"], {**own, **answers, **data})
        assert status == "successful", f"{node}\n{said[-3000:]}"
        there = cluster.list(resources.Scope(resources.DEPLOYMENT, site))
        images = {objects.name(item): objects.images(objects.template(item))["app"] for item in there}
        assert {name: image.rpartition(":")[2] for name, image in images.items()} == running, said[-3000:]
        (rule,) = routes.rules_of(cluster.read(resources.HTTP_ROUTE, site, "app"))
        shares = [weight for weight in routes.weights_of(rule).values() if weight]
        assert [share // math.gcd(*shares) for share in shares] == weights
