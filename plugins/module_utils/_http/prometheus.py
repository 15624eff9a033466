# SPDX-License-Identifier: GPL-3.0-or-later
"""One instant query to Prometheus, or to whatever speaks its API: the series with their values, or why there is no answer."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import urlencode

from ansible_collections.steady.rollout.plugins.module_utils._http import plan, sender
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

if t.TYPE_CHECKING:
    import urllib3

Json = dict[str, t.Any]

_NEVER_BETTER = frozenset((400, 401, 403, 404, 405, 422))
_LARGEST = 1024 * 1024


def plan_of(options: Json) -> plan.Plan:
    """The query as what is sent. Raises InvalidInput."""
    url = f"{options['url'].rstrip('/')}/api/v1/query?{urlencode({'query': options['query']})}"
    token = {"Authorization": f"Bearer {options['token']}"} if options["token"] else {}
    headers = plan.merged_headers(options["headers"], {**token, **options["secret_headers"]})
    wanted = plan.Plan(url, 1, 1, timeout=options["timeout"], headers=headers, validate_certs=options["validate_certs"])
    return plan.check(wanted)


def ask(options: Json) -> Json:
    """``{"series": [[labels, value], ...]}``, or ``{"error": why, "permanent": whether asking again would not help}``. Never raises."""
    wanted = plan_of(options)
    pool = sender.pool_for(wanted)
    try:
        how: dict[str, t.Any] = {"retries": False, "redirect": False, "preload_content": False}
        response = pool.request_encode_url("GET", sender.path_of(wanted.url), **how)
        body = response.read(_LARGEST, decode_content=True)
        return _read(response, body)
    except Exception as error:  # whatever it was, there is no answer
        return {"error": masked(sender.broken(error, wanted.timeout).detail), "permanent": False}
    finally:
        pool.close()


def _read(response: urllib3.BaseHTTPResponse, body: bytes) -> Json:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    data = answer.get("data") if isinstance(answer, dict) else None
    if response.status == 200 and isinstance(data, dict):
        return _series(str(data.get("resultType", "")), data.get("result"))
    said = answer.get("error") if isinstance(answer, dict) else ""
    reason = f"{response.status} {response.reason or ''}".strip()
    text = (
        f"{reason}: {said or sender.excerpt(body)}" if response.status != 200 else "the answer is not Prometheus' JSON"
    )
    return {"error": masked(text), "permanent": response.status in _NEVER_BETTER or response.status == 200}


def _series(kind: str, result: t.Any) -> Json:
    """A vector's series, or a scalar as one without labels."""
    if kind == "scalar":
        return {"series": [["", result[1]]]}
    if kind == "vector":
        return {"series": [[_labels(item["metric"]), item["value"][1]] for item in result]}
    return {
        "error": f"the query gives a {kind or 'nothing'}, write one that gives a vector or a scalar",
        "permanent": True,
    }


def _labels(metric: t.Mapping[str, str]) -> str:
    """``{pod="a",zone="b"}``, as queries write it; the name stands in the query already."""
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(metric.items()) if key != "__name__")
    return f"{{{inner}}}" if inner else ""
