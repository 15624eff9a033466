# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading a kubeconfig, and saying in one sentence what is wrong with it. No sentence carries anything of its users."""

from __future__ import annotations

import logging
import os
import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._cluster.origin import (
    Origin,
    default_location,
    source,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from kubernetes.client import Configuration

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options

Json = dict[str, t.Any]


def exists(location: str) -> bool:
    """Whether there is a file at one of the places."""
    return any(os.path.exists(path) for path in _paths(location))


def load(options: Options, configuration: Configuration, folder: str) -> Origin:
    """Fill the configuration; answers where it came from. Inline keys go into ``folder``. Raises InvalidInput."""
    from kubernetes import config

    given = options.kubeconfig or default_location()
    origin = source(given)
    if isinstance(given, str):
        _require_path(given)
        _require_readable(given, options)
    arguments: Json = {
        "context": options.context,
        "client_configuration": configuration,
        "persist_config": options.persist_config,
        "temp_file_path": folder,
    }
    complaints = _Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        if isinstance(given, dict):
            config.load_kube_config_from_dict(given, **arguments)
        else:
            config.load_kube_config(given, **arguments)
    except Exception as error:
        raise errors.InvalidInput(_diagnosis(given, origin, options.context, error)) from None
    finally:
        logging.getLogger().removeHandler(complaints)
    content = _content(given)
    context = _context(content, options.context)
    name = context.get("user")
    users = {entry.get("name"): entry.get("user") or {} for entry in content.get("users") or []}
    user = users.get(name) or {}
    known = (
        configuration.api_key or configuration.cert_file or options.api_key or options.username or options.client_cert
    )
    if complaints.heard and not known:
        raise errors.InvalidInput(_of_plugin(complaints.heard[-1], origin, user))
    if name and name not in users and not known:
        raise errors.InvalidInput(f"{_upper(origin)} has no user {name}, which its context names: define it there.")
    return Origin(origin, str(user.get("as") or ""), tuple(user.get("as-groups") or ()))


class _Complaints(logging.Handler):
    """The library logs the failures of credential plugins and goes on without credentials."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.heard.append(record.getMessage())


def _paths(location: str) -> list[str]:
    return [os.path.expanduser(path) for path in location.split(os.pathsep) if path]


def _require_path(given: str) -> None:
    """A kubeconfig's text is not shown: it may hold a key."""
    if "\n" in given or given.lstrip().startswith("{"):
        raise errors.InvalidInput(
            "kubeconfig is the text of a kubeconfig, not the path of one: write it to a file, or give it as a dictionary (from_yaml)."
        )


def _require_readable(location: str, options: Options) -> None:
    found = [path for path in _paths(location) if os.path.exists(path)]
    if not found:
        asked = "" if options.kubeconfig else " No connection option was given, so that is where it was looked for."
        raise errors.InvalidInput(
            f"There is no kubeconfig at {location}.{asked} "
            "Name one with the option kubeconfig (or K8S_AUTH_KUBECONFIG), or give host and api_key."
        )
    for path in found:
        if os.path.isdir(path):
            raise errors.InvalidInput(f"The kubeconfig {path} is a folder; name the file in it.")
        if not os.access(path, os.R_OK):
            raise errors.InvalidInput(f"The kubeconfig {path} may not be read by this user; change its owner or mode.")
        with open(path, "rb") as file:
            if file.read(14) == b"$ANSIBLE_VAULT":
                raise errors.InvalidInput(
                    f"The kubeconfig {path} is encrypted with Ansible Vault; hand its content over instead: "
                    f"kubeconfig: \"{{{{ lookup('ansible.builtin.unvault', '{path}') | from_yaml }}}}\"."
                )


def _diagnosis(given: str | Json, source: str, context: str | None, error: Exception) -> str:
    """Which part of the kubeconfig is at fault. The library's own messages quote whole users, secrets and all."""
    try:
        content = _content(given)
    except Exception as unreadable:
        mark = getattr(unreadable, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        return f"{_upper(source)} is not valid YAML{line}."
    if not content.get("clusters"):
        return f"{_upper(source)} names no cluster: it is empty or not a kubeconfig."
    contexts = {entry.get("name"): entry.get("context") or {} for entry in content.get("contexts") or []}
    known = ", ".join(sorted(str(name) for name in contexts)) or "none"
    wanted = context or content.get("current-context")
    if not wanted:
        return f"{_upper(source)} has no current-context; choose one with the option context: {known}."
    if wanted not in contexts:
        return f"There is no context {wanted} in {source}; it has: {known}."
    cluster = contexts[wanted].get("cluster")
    if cluster not in [entry.get("name") for entry in content["clusters"]]:
        return f"Context {wanted} of {source} names the cluster {cluster}, which is not defined there."
    if isinstance(error, OSError) and error.filename:
        return f"Context {wanted} of {source} needs {error.filename}, which cannot be read: {error.strerror}."
    if isinstance(error, ValueError):
        return f"Context {wanted} of {source} holds a certificate or key that is not valid base64."
    if "File does not exist" in str(error):
        return f"Context {wanted} of {source} needs a file that is not there: {str(error).rpartition(': ')[2]}."
    return f"Context {wanted} of {source} cannot be used ({type(error).__name__}); check its cluster and user entries."


_ERRNO = re.compile(r"\[Errno \d+\] (?P<reason>[^:]+): '(?P<what>.*)'")


def _of_plugin(complaint: str, source: str, user: Json) -> str:
    """What a credential plugin complained of, with what the kubeconfig says on how to get it."""
    words = _ERRNO.sub(lambda found: f"{found['what']}: {found['reason'].lower()}", complaint.removeprefix("exec: "))
    hint = str((user.get("exec") or {}).get("installHint") or "").strip() if "no such file" in words else ""
    return f"The credential plugin (exec) of {source} gave no credentials: {words[:300].strip().rstrip('.')}. " + (
        f"Its kubeconfig says: {hint}" if hint else "Run its command by hand, as the user that runs the task."
    )


def _context(content: Json, wanted: str | None) -> Json:
    entries = {entry.get("name"): entry.get("context") or {} for entry in content.get("contexts") or []}
    return entries.get(wanted or content.get("current-context")) or {}


def _content(given: str | Json) -> Json:
    """All files merged, as far as names go."""
    import yaml

    if isinstance(given, dict):
        return given
    merged: Json = {"clusters": [], "contexts": [], "users": []}
    for path in _paths(given):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                content = yaml.safe_load(file)
            if not isinstance(content, dict):
                continue
            for part in ("clusters", "contexts", "users"):
                merged[part] += [entry for entry in content.get(part) or [] if isinstance(entry, dict)]
            merged["current-context"] = content.get("current-context") or merged.get("current-context")
    return merged


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
