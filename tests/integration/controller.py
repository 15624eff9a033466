# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of AWX's API as the modules of awx.awx need to write objects: they are kept, found by their fields and shown again."""

from __future__ import annotations

import http.server
import json
import re
import threading
import typing as t
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, t.Any]


class Controller(http.server.ThreadingHTTPServer):
    """An AWX 24.6.1 with one organization. ``kept`` are its objects by kind, ``linked`` what hangs on each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, list[Json]] = {"organizations": [self.made("organizations", 1, {"name": "Default"})]}
        self.linked: dict[str, t.Any] = {}
        self.writes = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def launched(self) -> list[Json]:
        """All that a workflow or a schedule may launch."""
        kinds = ("projects", "job_templates", "workflow_job_templates")
        return [item for kind in kinds for item in self.kept.get(kind, [])]

    @staticmethod
    def made(kind: str, number: int, fields: Json) -> Json:
        own = f"/api/v2/{kind}/{number}/"
        links = (
            "survey_spec",
            "credentials",
            "labels",
            "instance_groups",
            "success_nodes",
            "failure_nodes",
            "always_nodes",
        )
        related = {link: f"{own}{link}/" for link in (*links, "create_approval_template", "workflow_nodes")}
        # A project says how far its last update from Git is.
        fields = {"scm_revision": "4f1d", "status": "successful", **fields} if kind == "projects" else fields
        return {**fields, "id": number, "url": own, "type": kind.rstrip("s"), "related": related, "summary_fields": {}}

    def answer(self, method: str, path: str, query: Json, body: Json) -> tuple[int, t.Any]:
        kind, _slash, rest = path.removeprefix("/api/v2/").strip("/").partition("/")
        if kind in ("ping", "config", "me"):
            return 200, {"version": "24.6.1", "count": 1, "results": [{"id": 1}]}
        self.writes += method != "GET"
        if rest.partition("/")[2]:
            return self.link(method, path, kind, rest, body)
        kept = self.kept.setdefault(kind, []) if kind != "unified_job_templates" else self.launched
        if method == "POST":
            kept.append(self.made(kind, 10 * len(self.kept) + len(kept), body))
            return 201, kept[-1]
        if rest:
            found = next(item for item in kept if item["id"] == int(rest))
            found.update(body)
            return 200, found
        wanted = {key: value for key, value in query.items() if key not in ("page_size", "order_by")}
        return 200, self.page(
            [item for item in kept if all(matches(item, key, value) for key, value in wanted.items())]
        )

    def link(self, method: str, path: str, kind: str, rest: str, body: Json) -> tuple[int, t.Any]:
        number, _slash, link = rest.partition("/")
        if link == "create_approval_template":
            made = self.made("workflow_approval_templates", 900, body)
            self.kept.setdefault("workflow_approval_templates", []).append(made)
            node = next(item for item in self.kept[kind] if item["id"] == int(number))
            node.update(unified_job_template=900, approval=body)
            return 201, made
        if method == "GET":
            found = self.linked.get(path, {} if link == "survey_spec" else [])
            return 200, found if link == "survey_spec" else self.page(found)
        if link == "survey_spec":
            self.linked[path] = body
        else:
            self.linked.setdefault(path, []).append(body)
        return (200, {}) if link == "survey_spec" else (204, None)

    @staticmethod
    def page(found: list[Json]) -> Json:
        return {"count": len(found), "results": found, "next": None, "previous": None}


def matches(item: Json, key: str, value: str) -> bool:
    if key.endswith("__in"):
        return str(item.get(key.removesuffix("__in"))) in value.split(",")
    name = re.sub(r"__(iexact|exact)$", "", key)
    return name not in item or str(item[name]) == value


class Handler(http.server.BaseHTTPRequestHandler):
    """Speaks JSON."""

    server: Controller

    def handle_any(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        code, answer = self.server.answer(self.command, address.path, dict(parse_qsl(address.query)), body)
        sent = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PATCH = handle_any

    def log_message(self, *_words: t.Any) -> None:
        """Nothing."""
