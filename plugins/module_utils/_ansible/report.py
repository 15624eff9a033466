# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of a play to the files of a report."""

from __future__ import annotations

import getpass
import os
import socket
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import files
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import markdown, page, record, summary

Json = dict[str, t.Any]
ENDINGS = {"html": ".html", "markdown": ".md", "json": ".json"}
MODE = 0o644


def made(params: Json, check_mode: bool) -> Json:
    """Write what is not there in this form yet, and say where it is. Raises InvalidInput."""
    stem = _stem(params["path"])
    formats = [name for name in ENDINGS if name in params["formats"]]
    if not formats:
        raise errors.InvalidInput(f"formats is empty: name at least one of {', '.join(ENDINGS)}.")
    entries = record.entries_of(params["results"], _run(params, os.environ))
    if params["append"]:
        entries = record.merged(_earlier(stem, formats), entries)
    report = record.report_of(params["title"], entries)
    texts = {
        "html": page.page,
        "markdown": markdown.markdown,
        "json": lambda told: record.written(told.title, entries),
    }
    found = {name: (files.read(stem + ENDINGS[name]), texts[name](report)) for name in formats}
    changed = [name for name, (before, after) in found.items() if before != after]
    for name in [] if check_mode else changed:
        files.write(stem + ENDINGS[name], found[name][1], MODE)
    result: Json = {
        "changed": bool(changed),
        "msg": f"{summary.sentence(report)} See {stem}{ENDINGS[formats[0]]}",
        "paths": {name: stem + ENDINGS[name] for name in formats},
        "summary": summary.sentence(report),
        "rollouts": len(report.stories),
    }
    difference = [_difference(stem + ENDINGS[name], *found[name]) for name in changed if name == "markdown"]
    return {**result, "diff": difference} if difference else result


def _stem(path: str) -> str:
    """The path without the ending of a format; in a folder the files are called report."""
    if not path.strip():
        raise errors.InvalidInput("path is empty: write where the report goes, such as reports/shop.")
    whole = os.path.abspath(os.path.expanduser(path))
    if os.path.isdir(whole):
        return os.path.join(whole, "report")
    if not os.path.isdir(os.path.dirname(whole)):
        raise errors.InvalidInput(f"path: the folder {os.path.dirname(whole)} does not exist, make it first.")
    stem, ending = os.path.splitext(whole)
    return stem if ending in ENDINGS.values() else whole


def _run(params: Json, environ: t.Mapping[str, str]) -> Json:
    """Who made it, and where the job is to be seen."""
    job = environ.get("JOB_ID", "") if environ.get("JOB_ID", "").isdigit() else ""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = f"uid {os.getuid()}"
    host = environ.get("AWX_HOST", "").rstrip("/")
    url = params["job_url"] or (f"{host}/#/jobs/playbook/{job}" if job and host else "")
    run = {"by": f"{user}@{socket.gethostname()}", "job": f"AWX job {job}" if job else "", "url": url}
    return {key: value for key, value in run.items() if value}


def _earlier(stem: str, formats: list[str]) -> list[Json]:
    if "json" not in formats:
        raise errors.InvalidInput("append needs json among the formats: that file keeps the results to add to.")
    text = files.read(f"{stem}.json")
    return record.read(text, f"{stem}.json") if text is not None else []


def _difference(path: str, before: str | None, after: str) -> Json:
    return {"before_header": path, "after_header": path, "before": before or "", "after": after}
