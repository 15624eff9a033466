# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module's documentation says of check mode, diff, idempotence and results is so: it is tried, done, and done again."""

from __future__ import annotations

import ast
import json
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.doc_fragments.attributes import ModuleDocFragment
from ansible_collections.steady.rollout.plugins.module_utils._operation import upgrade
from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.integration import accounts, fronts, playbooks
from ansible_collections.steady.rollout.tests.integration.apart import apart

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

Json = dict[str, t.Any]

MODULES = pathlib.Path(__file__).parents[2] / "plugins" / "modules"
OF_NODES = ("node_drain", "node_uncordon")
WRITTEN = (
    resources.CONFIG_MAP,
    resources.DAEMON_SET,
    resources.DEPLOYMENT,
    resources.HTTP_ROUTE,
    resources.JOB,
    resources.LEASE,
    resources.REPLICA_SET,
    resources.SECRET,
    resources.SERVICE,
    resources.STATEFUL_SET,
)
"""All that the modules may write, but for pods, which their controllers make and take away."""
OF_EVERY_TASK = ("changed", "diff", "failed", "invocation", "warnings")
OF_EVERY_FILE = ("gid", "group", "mode", "owner", "size", "state", "uid")
"""Ansible adds them to each result that has a ``path``."""
TYPES: dict[str, t.Any] = {"bool": bool, "dict": dict, "float": (float, int), "int": int, "list": list, "str": str}


class Run(t.NamedTuple):
    """One use of a module, so that it has something to change where it changes anything."""

    module: str
    options: Json


def documented(module: str, name: str) -> Json:
    """Its ``DOCUMENTATION`` or its ``RETURN``."""
    lines = [line for line in ast.parse((MODULES / f"{module}.py").read_text()).body if isinstance(line, ast.Assign)]
    (text,) = (ast.literal_eval(line.value) for line in lines if ast.unparse(line.targets[0]) == name)
    return t.cast("Json", yaml.safe_load(text))


def attributes(module: str) -> dict[str, str]:
    """Which of Ansible's features it says it supports: ``full``, ``partial``, ``none`` or ``N/A``."""
    said = documented(module, "DOCUMENTATION")
    own = said.get("attributes", {})
    if "steady.rollout.attributes.info_module" in said["extends_documentation_fragment"]:
        own = {**yaml.safe_load(ModuleDocFragment.INFO_MODULE)["attributes"], **own}
    return {name: own[name]["support"] for name in ("check_mode", "diff_mode", "idempotent")}


def played(folder: pathlib.Path, runs: t.Sequence[Run], *flags: str) -> list[Json]:
    """What each of them returned, in one play."""
    tasks: list[Json] = [
        {"name": f"Use {run.module}", f"steady.rollout.{run.module}": run.options, "register": f"run_{number}"}
        for number, run in enumerate(runs)
    ]
    results = folder / "results.json"
    told = f"{{{{ [{', '.join(f'run_{number}' for number in range(len(runs)))}] | to_json }}}}"
    keep = {"content": told, "dest": str(results), "mode": "0600"}
    tasks.append({"name": "Keep what they said", "ansible.builtin.copy": keep, "check_mode": False, "diff": False})
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    (folder / "play.yml").write_text(yaml.safe_dump([play], sort_keys=False))
    ended = playbooks.by_itself(str(folder / "play.yml"), "--diff", *flags)
    assert ended.returncode == 0, ended.stdout
    return t.cast("list[Json]", json.loads(results.read_text()))


def strays(given: Json, said: Json, where: str) -> t.Iterator[str]:
    """What of a result is not in its documentation, or of another type."""
    for key, value in given.items():
        about = said.get(key)
        if about is None or not isinstance(value, TYPES[about["type"]]):
            yield f"{where}.{key}: {value!r}"
        elif "contains" in about:
            for item in value if isinstance(value, list) else [value]:
                yield from strays(item, about["contains"], f"{where}.{key}")


def held(runs: t.Sequence[Run], tried: t.Sequence[Json], done: t.Sequence[Json]) -> list[str]:
    """What is not as documented, in words. ``done`` has two results for each run."""
    faults = []
    for number, run in enumerate(runs):
        first, again = done[2 * number : 2 * number + 2]
        said = attributes(run.module)
        diffs = "diff" in tried[number], "diff" in first
        facts = {
            "check_mode: full": tried[number]["changed"] == first["changed"],
            "diff_mode: full": diffs == (first["changed"], first["changed"]),
            "diff_mode: partial": diffs == (True, True),
            "diff_mode: none": diffs == (False, False),
            "diff_mode: N/A": diffs == (False, False) and not first["changed"],
            "idempotent: full": not again["changed"],
            "idempotent: none": again["changed"] == first["changed"],
        }
        for result in (tried[number], first, again):
            others = (*OF_EVERY_TASK, *(OF_EVERY_FILE if "path" in result else ()))
            own = {key: value for key, value in result.items() if key not in others}
            faults += strays(own, documented(run.module, "RETURN"), run.module)
        claims = [f"{name}: {support}" for name, support in said.items()]
        faults += [f"{run.module} says {claim}" for claim in claims if not facts[claim]]
    return faults


def present(cluster: ApiCluster, namespace: str) -> dict[str, Json]:
    """All objects of the namespace, without what their controllers report about them."""
    return {
        f"{resource.kind} {objects.name(item)}": without_status(item)
        for resource in WRITTEN
        for item in cluster.list(resources.Scope(resource, namespace))
    }


def without_status(item: Json) -> Json:
    meta = {key: value for key, value in item["metadata"].items() if key not in ("managedFields", "resourceVersion")}
    return {**{key: value for key, value in item.items() if key != "status"}, "metadata": meta}


@pytest.fixture
def application(site: str, cluster: ApiCluster) -> str:
    """The namespace of an application behind a route, upgraded from 1.0 to 2.0, with a second Service."""
    reference = Reference("Deployment", site, "app")
    wanted = upgrade.Wanted("2.0")
    assert upgrade.upgrade(accounts.ports(cluster), reference, wanted, accounts.SETTINGS).status == "complete"
    first = cluster.read(resources.SERVICE, site, "app")["spec"]
    spec = {"selector": first["selector"], "ports": [{"port": 80, "targetPort": 8080}]}
    other = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other", "namespace": site}, "spec": spec}
    cluster.create(resources.SERVICE, site, other)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": site}}
    cluster.create(resources.SERVICE_ACCOUNT, site, account)
    return site


def runs(namespace: str, hook: int, folder: pathlib.Path) -> list[Run]:
    """Every module but those of nodes. In this order each has something to change, once."""
    app: Json = {"namespace": namespace, "name": "app"}
    url = f"http://127.0.0.1:{hook}/"
    result = {"changed": True, "failed": False, "msg": "Upgraded.", "status": "complete"}
    result |= {"workload": {"kind": "Deployment", **app}, "before": {}, "after": {}, "timeline": []}
    definition = accounts.manifest("Deployment", namespace, replicas=1)
    definition["metadata"]["name"] = "deployed"
    return [
        Run("traffic_split", {"namespace": namespace, "route": "app", "weights": {"app": 1, "other": 1}}),
        Run("workload_deploy", {"definition": definition, "config": {}}),
        Run("workload_upgrade", {**app, "version": "1.0"}),
        Run("workload_rollback", app),
        Run("workload_scale", {**app, "replicas": 2}),
        Run("workload_restart", app),
        Run("workload_wait", app),
        Run("workload_pause", app),
        Run("workload_info", app),
        Run("account_kubeconfig", {"namespace": namespace, "name": "reader", "path": str(folder / "kubeconfig")}),
        Run("http_probe", {"url": url, "duration": "200ms", "method": "POST"}),
        Run("rollout_notify", {"url": f"{url}told", "results": result}),
        Run("rollout_report", {"results": [result], "path": str(folder / "report")}),
    ]


def test_modules_do_as_they_say(application: str, cluster: ApiCluster, tmp_path: pathlib.Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    with fronts.hook() as (port, heard):
        uses = runs(application, port, files)
        assert {*(run.module for run in uses), *OF_NODES} == {path.stem for path in MODULES.glob("*.py")}
        before = present(cluster, application)
        tried = played(tmp_path, uses, "--check")
        assert present(cluster, application) == before
        assert (list(files.iterdir()), "/told" in heard) == ([], False)
        done = played(tmp_path, [run for run in uses for _time in range(2)])
        assert heard.count("/told") == 2
    assert held(uses, tried, done) == []


def test_modules_of_nodes_do_as_they_say(cluster: ApiCluster, tmp_path: pathlib.Path) -> None:
    with apart(cluster) as name:
        drain, uncordon = (Run(module, {"name": name}) for module in OF_NODES)
        faults = []
        for run in (drain, uncordon):
            before = without_status(cluster.read(resources.NODE, "", name))
            tried = played(tmp_path, [run], "--check")
            assert without_status(cluster.read(resources.NODE, "", name)) == before
            faults += held([run], tried, played(tmp_path, [run, run]))
    assert faults == []
