# SPDX-License-Identifier: GPL-3.0-or-later
"""What all workload modules share: options to values, an operation to run, its outcome as a result."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import typing as t
from dataclasses import replace

from ansible.module_utils.common.warnings import warn

from ansible_collections.steady.rollout.plugins.module_utils._ansible import connected
from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Outcome, Settings
from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Ports
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    durations,
    errors,
    registries,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Limits
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import Measurement, Registries
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.gates.gate import Gate
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.windows import Calendar

Json = dict[str, t.Any]
Operation = t.Callable[[Ports, Json, Settings], Json]

WAITING: Json = {
    "container": {"type": "str", "default": ""},
    "timeout": {"type": "str", "default": "5m"},
    "image_pull_grace": {"type": "str", "default": "1m"},
    "unschedulable_grace": {"type": "str", "default": "1m"},
    "volume_grace": {"type": "str", "default": "2m"},
    "config_grace": {"type": "str", "default": "15s"},
    "probe_grace": {"type": "str"},
    "crash_restarts": {"type": "int", "default": 2},
    "init_restarts": {"type": "int", "default": 2},
    "fail_on": {"type": "str", "choices": ["all", "any"]},
    "ignore_unready_nodes": {"type": "bool", "default": False},
}
CHANGING: Json = {
    "change_cause": {"type": "str", "default": ""},
    "allow_managed": {"type": "bool", "default": False},
    "delete_stuck_pods": {"type": "bool", "default": True},
}
GATES: Json = {"gates": {"type": "list", "elements": "raw", "default": []}}
WINDOWS: Json = {
    "window": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "rrule": {"type": "str", "required": True},
            "duration": {"type": "str", "required": True},
            "time_zone": {"type": "str", "default": "UTC"},
            "starts": {"type": "str", "default": ""},
        },
    },
    "freezes": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "from": {"type": "str", "required": True},
            "until": {"type": "str", "required": True},
            "time_zone": {"type": "str", "default": "UTC"},
            "reason": {"type": "str", "default": ""},
        },
    },
    "estimate": {"type": "str", "default": ""},
    "break_glass": {"type": "str", "default": ""},
}
ZERO_DOWNTIME: Json = {
    "zero_downtime": {"type": "str", "default": "warn", "choices": ["require", "warn", "ignore"]},
    "propagation": {"type": "str", "default": "3s"},
}
ALLOWED: Json = {"allowed_registries": {"type": "list", "elements": "str", "default": []}}
PINNING: Json = {
    "pin_digests": {"type": "bool", "default": False},
    "registries": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "required_together": [("username", "password")],
        "options": {
            "host": {"type": "str", "required": True},
            "endpoint": {"type": "str"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "ca_cert": {"type": "path"},
            "validate_certs": {"type": "bool", "default": True},
        },
    },
}
HOLDING: Json = {"take_over": {"type": "bool", "default": False}}
ON_FAILURE: Json = {"on_failure": {"type": "str", "default": "rollback", "choices": ["rollback", "pause", "keep"]}}


_NO_REASON = frozenset(("true", "yes", "on", "1", "y", "false", "no", "off", "0", "n"))


class Measures:
    """What measures over HTTP. Without a gate that does, a module does not import it: a tenth of all that it would import."""

    def check(self, gate: str, options: Json) -> None:
        """As the port ``Http``."""
        from ansible_collections.steady.rollout.plugins.module_utils._http.measuring import HttpMeasures

        HttpMeasures().check(gate, options)

    def begin(self, gate: str, options: Json) -> Measurement:
        """As the port ``Http``."""
        from ansible_collections.steady.rollout.plugins.module_utils._http.measuring import HttpMeasures

        return HttpMeasures().begin(gate, options)


def run(arguments: Json, operate: Operation, **constraints: t.Any) -> None:
    """Run one operation on the cluster that the connection options name."""

    def with_ports(params: Json, check_mode: bool) -> Json:
        settings = settings_of(params, check_mode)
        ports = connected.ports_of(params, timeout=settings.timeout)
        return operate(replace(ports, http=Measures(), registries=registries_of(params)), params, settings)

    connected.run(
        arguments,
        with_ports,
        libraries=libraries,
        secrets=lambda params: secrets_of_gates(gates_in(params)),
        **constraints,
    )


def registries_of(params: Json) -> Registries | None:
    """What knows digests, where they are asked for. Raises InvalidInput."""
    if not params.get("pin_digests"):
        return None
    from ansible_collections.steady.rollout.plugins.module_utils._http import registry

    return registry.HttpRegistries(registry.places(params["registries"]))


def reference_of(params: Json) -> Reference:
    """Which workload the options name. Raises InvalidInput when a name is empty."""
    for option in ("namespace", "name"):
        if not params[option].strip():
            raise errors.InvalidInput(f"{option} is empty: write the {option} of the workload.")
    return Reference(params["kind"], params["namespace"].strip(), params["name"].strip())


def gates_in(params: Json) -> list[t.Any]:
    """All gates as people write them: those of the task and those in its strategy."""
    written, strategy = params.get("gates") or [], params.get("strategy")
    if not strategy:
        return written
    from ansible_collections.steady.rollout.plugins.module_utils._operation import strategies

    return [*written, *strategies.gates_in(strategy)]


def libraries(params: Json) -> tuple[str, ...]:
    """The Python libraries that these options need."""
    written = [item for item in gates_in(params) if isinstance(item, dict)]
    probes = [item[name] for item in written for name in ("http", "share") if isinstance(item.get(name), dict)]
    asks = any("condition" in item for item in written) or any("version_path" in probe for probe in probes)
    asks = asks or bool(params.get("success_condition"))
    always = (*connected.LIBRARIES, "dateutil") if params.get("window") else connected.LIBRARIES
    return (*always, "jmespath") if asks else always


def settings_of(params: Json, check_mode: bool) -> Settings:
    """How to go about it. Raises InvalidInput."""
    names = (
        "on_failure",
        "change_cause",
        "container",
        "allow_managed",
        "take_over",
        "delete_stuck_pods",
        "pin_digests",
    )
    given: Json = {"holder": holder(os.environ), **{key: params[key] for key in names if key in params}}
    if "timeout" not in params:
        return Settings(dry_run=check_mode, **given)
    given["gates"] = gates_of(params)
    timeout = durations.parse(params["timeout"], "timeout")
    if "window" in params:
        given["calendar"] = calendar_of(params, timeout)
        given["break_glass"] = break_glass_of(params)
    given["allowed_registries"] = registries.read(params.get("allowed_registries") or (), "allowed_registries")
    if params.get("zero_downtime", "ignore") != "ignore":
        seconds = durations.parse(params["propagation"], "propagation", minimum=0)
        from ansible_collections.steady.rollout.plugins.module_utils._rollout.zero_downtime import Care

        given["zero_downtime"] = Care(params["zero_downtime"] == "require", seconds)
    limits = limits_of(params) if "fail_on" in params else Limits()
    return Settings(timeout=timeout, limits=limits, dry_run=check_mode, **given)


def gates_of(params: Json) -> tuple[Gate, ...]:
    """What has to hold before a rollout counts as good. Raises InvalidInput."""
    written = params.get("gates")
    if not written:
        return ()
    from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates

    return gates.parse(written)


def secrets_of_gates(written: t.Any) -> t.Iterable[str]:
    """What gates carry and nobody may see."""
    if not written:
        return ()
    from ansible_collections.steady.rollout.plugins.module_utils._rollout import gates

    return gates.secrets(written)


def calendar_of(params: Json, timeout: float) -> Calendar | None:
    """When it may begin, None for always; without an estimate it takes as long as it may. Raises InvalidInput."""
    estimate = (params["estimate"] or "").strip()
    seconds = durations.parse(estimate, "estimate", minimum=0) if estimate else timeout
    if not (params["window"] or params["freezes"]):
        return None
    from ansible_collections.steady.rollout.plugins.module_utils._rollout import windows

    return windows.read(params["window"] or (), params["freezes"] or (), seconds)


def break_glass_of(params: Json) -> str:
    """Why it may begin at any time; empty when nobody says so. Raises InvalidInput for a word that is no reason."""
    reason = " ".join((params["break_glass"] or "").split())
    if reason.lower() in _NO_REASON:
        raise errors.InvalidInput(
            f"break_glass: {reason!r} is not a reason; write in words why it cannot wait, that is what is recorded."
        )
    return reason


def holder(environ: t.Mapping[str, str]) -> str:
    """How this run names itself to others: the AWX job where there is one, user, host and process, and what no other run has."""
    job = f"AWX job {environ['JOB_ID']}, " if environ.get("JOB_ID", "").isdigit() else ""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = f"uid {os.getuid()}"
    return f"{job}{user}@{socket.gethostname()} pid {os.getpid()} ({secrets.token_hex(3)})"


def limits_of(params: Json) -> Limits:
    """How patient to be with each cause. Raises InvalidInput."""
    graces = ("image_pull_grace", "unschedulable_grace", "volume_grace", "config_grace")
    seconds = {option: durations.parse(params[option], option, minimum=0) for option in graces}
    probe = params["probe_grace"]
    for option in ("crash_restarts", "init_restarts"):
        if params[option] < 0:
            raise errors.InvalidInput(f"{option}: {params[option]} is not possible, write 0 or more.")
    return Limits(
        **seconds,
        probe_grace=None if probe in (None, "") else durations.parse(probe, "probe_grace", minimum=0),
        crash_restarts=params["crash_restarts"],
        init_restarts=params["init_restarts"],
        fail_on=params["fail_on"] or "",
        ignore_unready_nodes=params["ignore_unready_nodes"],
    )


def version_of(params: Json) -> str:
    """The version asked for, a string; empty when none is. Raises InvalidInput for a number that has lost its form already."""
    version = params["version"]
    if isinstance(version, (float, bool)):
        raise errors.InvalidInput(
            f'version {version!r} is a number, and 2.10 as a number is 2.1. Write it as a string: version: "2.10" in YAML or'
            " JSON; on the command line -e version=2.10 is one already."
        )
    return "" if version is None else str(version).strip()


def result_of(outcome: Outcome) -> Json:
    """The outcome as the module's result; its warnings go to whoever runs the task."""
    for text in outcome.warnings:
        warn(text)
    reference = outcome.reference
    result: Json = {
        "changed": outcome.changed,
        "failed": outcome.failed,
        "msg": outcome.message,
        "workload": {"kind": reference.kind, "namespace": reference.namespace, "name": reference.name},
        "before": outcome.before,
        "after": outcome.after,
        "status": outcome.status,
        "findings": [finding.facts() for finding in outcome.findings],
        "gates": list(outcome.gates),
        "rolled_back": outcome.rolled_back,
        "seconds": outcome.seconds,
        "timeline": list(outcome.timeline),
    }
    return {**result, "diff": outcome.diff} if outcome.diff else result
