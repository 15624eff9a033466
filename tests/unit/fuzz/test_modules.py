# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of every module, from the modules' own specifications: a wrong value is one sentence before anything is asked or written."""

from __future__ import annotations

import importlib
import json
import pathlib
import signal
import types
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected, connection
from ansible_collections.steady.rollout.plugins.module_utils._cluster import cluster
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference
from ansible_collections.steady.rollout.tests.unit.films import record

Json = dict[str, t.Any]
Call = t.Callable[..., Json]

PACKAGE = "ansible_collections.steady.rollout.plugins.modules"
FOLDER = pathlib.Path(connected.__file__).parents[2] / "modules"
NAMES = sorted(path.stem for path in FOLDER.glob("workload_*.py"))
NOBODY = "https://127.0.0.1:9"
"""Where no API server listens: what gets so far has taken all its options for good."""
ASKED = "127.0.0.1:9"
MANIFEST = record.manifest(Reference("Deployment", "shop", "app"), "registry.lab:5000/app:1.0")
NEEDED: dict[str, Json] = {
    "workload_deploy": {"definition": MANIFEST},
    "workload_scale": {"replicas": 3},
    "workload_upgrade": {"version": "2.0"},
    "workload_pause": {"state": "paused"},
}
STRICT: dict[str, list[t.Any]] = {
    "int": ["many", {"a": 1}, [1], 1.5, ""],
    "bool": ["perhaps", {"a": 1}, 7],
    "dict": ["text", [1], 5, True],
    "list": [{"a": 1}],
    "float": ["many", {"a": 1}],
}
"""By type: what is no value of it and cannot be made one."""
LOOSE: list[t.Any] = ["", "\n", "a b", {"a": 1}, [1], -5, 1.5, True]
"""What Ansible may make a text of, or hands on as it is."""


def module(name: str) -> types.ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Call]:
    """Runs a module with options and gives its result, which is a failure in plain words whatever they are."""
    for variable in ("KUBECONFIG", *(f"K8S_AUTH_{name.upper()}" for name in connection.ARGUMENT_SPEC)):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(connected, "connect", lambda options, **_patience: cluster.connect(options, patience=0.0))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def one(module_name: str, /, **options: t.Any) -> Json:
        reference = {"namespace": "shop", "name": "app"} if "name" in module(module_name).ARGUMENTS else {}
        given = {"host": NOBODY, "api_key": "no-real-token", **reference, **NEEDED.get(module_name, {}), **options}
        with (
            patch_module_args({key: value for key, value in given.items() if value is not ...}),
            pytest.raises(SystemExit),
        ):
            module(module_name).main()
        result: Json = json.loads(capsys.readouterr().out)
        assert result["failed"], (module_name, options)
        assert "exception" not in result, (module_name, options, result)
        assert "Traceback" not in result["msg"], (module_name, options)
        return result

    yield one
    for number, handler in handlers.items():
        signal.signal(number, handler)


def own(name: str) -> list[tuple[str, str, Json]]:
    return [(name, option, spec) for option, spec in module(name).ARGUMENTS.items()]


OPTIONS = [each for name in NAMES for each in own(name)]
SHARED = [("workload_info", option, spec) for option, spec in connection.ARGUMENT_SPEC.items()]
NESTED = [
    (name, option, outer, inner) for name, option, outer in [*OPTIONS, *SHARED] for inner in outer.get("options") or ()
]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_needed_is_enough(call: Call, name: str) -> None:
    """Or the other tests here would hold for the wrong reason."""
    assert ASKED in call(name)["msg"]


@pytest.mark.parametrize(
    ("name", "option", "spec"), [each for each in [*OPTIONS, *SHARED] if each[2]["type"] in STRICT]
)
def test_a_wrong_type_is_refused_naming_the_option(call: Call, name: str, option: str, spec: Json) -> None:
    # Where a dictionary with options of its own belongs, a number or a list ends ansible-core itself (set_fallbacks in its parameters.py).
    within = spec["type"] == "dict" and "options" in spec
    for wrong in (each for each in STRICT[spec["type"]] if not within or isinstance(each, str)):
        said = call(name, **{option: wrong})["msg"]
        # Of a dictionary with options of its own Ansible says only this.
        assert (option in said or "dictionary requested" in said) and ASKED not in said, (wrong, said)


# What several modules share is read in one place.
ODD = {(option, repr(spec)): (name, option, spec) for name, option, spec in [*OPTIONS, *SHARED]}


@pytest.mark.parametrize(("name", "option", "spec"), [each for each in ODD.values() if each[2]["type"] not in STRICT])
def test_an_odd_value_is_taken_or_refused_in_plain_words(call: Call, name: str, option: str, spec: Json) -> None:
    for odd in LOOSE:
        said = call(name, **{option: odd})["msg"]
        assert said.strip() and (spec.get("choices") is None or option in said or ASKED in said), (odd, said)


@pytest.mark.parametrize(("name", "option", "spec"), [each for each in ODD.values() if each[2]["type"] == "list"])
def test_an_odd_entry_of_a_list_is_taken_or_refused_in_plain_words(
    call: Call, name: str, option: str, spec: Json
) -> None:
    for odd in (*LOOSE, {"http": 5}, {"job": {"manifest": "x"}}, {"name": None}, None):
        assert call(name, **{option: [odd]})["msg"].strip()


@pytest.mark.parametrize(("name", "option", "outer", "inner"), NESTED)
def test_a_wrong_value_within_an_option_is_refused_or_taken_in_plain_words(
    call: Call, name: str, option: str, outer: Json, inner: str
) -> None:
    spec = outer["options"][inner]
    needed = {key: "app" for key, each in outer["options"].items() if each.get("required")}
    for wrong in STRICT.get(spec["type"], LOOSE):
        entry = {**needed, inner: wrong}
        given = {option: [entry] if outer["type"] == "list" else entry}
        said = call(name, **given, **({"name": ...} if option == "workloads" else {}))["msg"]
        assert said.strip() and (spec["type"] not in STRICT or inner in said), (wrong, said)


@pytest.mark.parametrize(("name", "option", "spec"), [each for each in OPTIONS if each[2].get("required")])
def test_what_is_required_is_asked_for(call: Call, name: str, option: str, spec: Json) -> None:
    assert call(name, **{option: ...})["msg"] == f"missing required arguments: {option}"


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_does_not_exist_is_named(call: Call, name: str) -> None:
    assert "tiemout" in call(name, tiemout="5m")["msg"]


CONTRADICTIONS: list[tuple[str, Json, str]] = [
    ("workload_upgrade", {"images": {"app": "a:b"}}, "mutually exclusive: version|images"),
    ("workload_upgrade", {"version": ...}, "Nothing says what to upgrade to"),
    ("workload_upgrade", {"version": 2.10}, "2.10 as a number is 2.1"),
    ("workload_rollback", {"revision": 1, "version": "1.0"}, "mutually exclusive: revision|version"),
    ("workload_rollback", {"revision": -1}, "revision"),
    ("workload_rollback", {"kind": "Job"}, "value of kind must be one of"),
    ("workload_scale", {"replicas": -1}, "replicas"),
    ("workload_deploy", {"definition": {}}, "definition lacks kind, metadata.name, metadata.namespace"),
    ("workload_deploy", {"definition": {**MANIFEST, "kind": "Job"}}, "a Job cannot be rolled here"),
    ("workload_deploy", {"definition": {**MANIFEST, "spec": {}}}, "has no spec.template.spec.containers"),
    ("workload_wait", {"failure_condition": "a == b"}, "needs success_condition"),
    ("workload_wait", {"success_condition": "a =", "api_version": "a/v1"}, "not a JMESPath expression"),
    ("workload_upgrade", {"workloads": [{"name": "b"}]}, "name and workloads exclude each other"),
    ("workload_upgrade", {"name": ..., "workloads": []}, "workloads is empty"),
    ("workload_upgrade", {"name": ""}, "name"),
    ("workload_upgrade", {"namespace": " "}, "namespace is empty"),
    ("workload_upgrade", {"timeout": "0"}, "timeout: '0' is not possible"),
    ("workload_upgrade", {"crash_restarts": -1}, "crash_restarts: -1 is not possible"),
    ("workload_upgrade", {"gates": [{"htp": {}}]}, "gates[0]: there is no gate 'htp'; http is meant?"),
]


@pytest.mark.parametrize(("name", "options", "words"), CONTRADICTIONS)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    call: Call, name: str, options: Json, words: str
) -> None:
    said = call(name, **options)["msg"]
    assert words in said
    assert ASKED not in said
    assert len(said.splitlines()) == 1
