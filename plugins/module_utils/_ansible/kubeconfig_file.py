# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``account_kubeconfig`` to a file that only its owner can read."""

from __future__ import annotations

import os
import stat
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import files
from ansible_collections.steady.rollout.plugins.module_utils._operation import account
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, errors, moments, tokens

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.account import Issued
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import KnownCluster, Ports

Json = dict[str, t.Any]

MODE = 0o600
FOLDER_MODE = 0o700
WHOSE = {"namespace": "namespace of the ServiceAccount", "name": "name of the ServiceAccount", "path": "file to write"}


def made(ports: Ports, params: Json, settings: Settings) -> Json:
    """Write what is not there yet or does not do any more, and say until when it lives. Raises InvalidInput."""
    wanted = wanted_of(params)
    path = os.path.abspath(params["path"])
    present = files.read(path)
    open_to_others = present is not None and stat.S_IMODE(os.stat(path).st_mode) != MODE
    cluster = t.cast("KnownCluster", ports.cluster)
    issued = account.issue(cluster, wanted, present, ports.clock.now(), dry_run=settings.dry_run)
    changed = bool(issued.why) or open_to_others
    if changed and not settings.dry_run:
        _make_folder(os.path.dirname(path))
        files.write(path, issued.text or present or "", MODE)
    return _result(path, f"{wanted.namespace}/{wanted.name}", issued, changed=changed, dry_run=settings.dry_run)


def wanted_of(params: Json) -> account.Wanted:
    """Whose, and for how long. Raises InvalidInput."""
    for option in WHOSE:
        if not params[option].strip():
            raise errors.InvalidInput(f"{option} is empty: write the {WHOSE[option]}.")
    lifetime = durations.parse(params["expires_in"], "expires_in", tokens.SHORTEST)
    renew = lifetime / 3
    if params["renew_before"]:
        renew = durations.parse(params["renew_before"], "renew_before")
    if renew >= lifetime:
        raise errors.InvalidInput(
            f"renew_before ({params['renew_before']}) must be less than expires_in ({params['expires_in']}), "
            "or every run would ask for another token."
        )
    return account.Wanted(params["namespace"].strip(), params["name"].strip(), lifetime, renew)


def _make_folder(folder: str) -> None:
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    try:
        for each in reversed(missing):
            os.mkdir(each, FOLDER_MODE)
    except OSError as reason:
        raise errors.InvalidInput(
            f"path: the folder {each} cannot be made: {reason.strerror}; make it, or name another."
        ) from None


def _result(path: str, name: str, issued: Issued, *, changed: bool, dry_run: bool) -> Json:
    why = issued.why or "others could read it"
    done = f"{'would be' if dry_run else 'was'} written ({why})" if changed else "still does"
    until = moments.date_and_time(issued.expires) if issued.expires else ""
    said = f"Kubeconfig {path} of ServiceAccount {name} {done}{f', its token lives until {until}' if until else ''}."
    result: Json = {
        "changed": changed,
        "msg": said,
        "path": path,
        "expires": moments.iso(issued.expires) if issued.expires else "",
    }
    return {**result, "diff": _difference(path, issued)} if changed else result


def _difference(path: str, issued: Issued) -> Json:
    sides = {
        side: f"token: until {moments.date_and_time(at)}\n" if at else ""
        for side, at in (("before", issued.before), ("after", issued.expires))
    }
    if not issued.expires:
        sides["after"] = "token: a new one\n"
    return {**sides, "before_header": path, "after_header": path}
