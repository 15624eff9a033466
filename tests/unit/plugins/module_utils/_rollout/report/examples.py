# SPDX-License-Identifier: GPL-3.0-or-later
"""Results to report on: those of recorded films, one after the other, and the traffic meanwhile."""

from __future__ import annotations

import copy
import datetime
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import workload
from ansible_collections.steady.rollout.plugins.module_utils._rollout import moments
from ansible_collections.steady.rollout.tests.unit.films.play import played

Json = dict[str, t.Any]
BEGIN = datetime.datetime(2026, 11, 23, 10, 0, 5, tzinfo=datetime.timezone.utc).timestamp()
RUN = {"by": "deployer@controller", "job": "AWX job 42", "url": "https://awx.example/#/jobs/playbook/42"}
SCRIPT = "<script>document.title='taken over'</script>"


def told(film: str, offset: float = 0.0) -> Json:
    """The result of that film's operation, as if it had begun that many seconds later."""
    result = copy.deepcopy(workload.result_of(played(film)[1]))
    for entry in result["timeline"]:
        entry["at"] = moments.iso(BEGIN + offset + entry["seconds"])
    return result


def day() -> list[Json]:
    """A release, its rollback, and two that undid themselves, with the requests meanwhile."""
    upgrade, back = told("upgrade", 5), told("rollback", 35)
    upgrade["gates"] = [
        {
            "gate": "http",
            "state": "passed",
            "message": "500 requests, 0 failed, p99 12 ms in 10 s",
            "seconds": 10.0,
            "measurement": {"requests": 500, "failed_requests": 0, "latency_ms": {"p50": 3.1, "p99": 12.0}},
        },
        {
            "gate": "min_available",
            "state": "passed",
            "message": "never fewer than 3 of 3 pods were available",
            "seconds": 6.2,
        },
    ]
    lost = told("image_not_found", 60)
    crash = told("crash_loop", 80)
    crash["findings"][0]["message"] = f"{crash['findings'][0]['message']} {SCRIPT}"
    return [upgrade, back, lost, crash, traffic([upgrade, back], 130, failed_at=(41, 42))]


def traffic(results: list[Json], seconds: int, failed_at: tuple[int, ...] = ()) -> Json:
    """What a probe of 50 requests per second told of the first two versions while these rollouts went on."""
    per_second = [_second(second, results, 7 if second in failed_at else 0) for second in range(seconds)]
    requests, failed = 50 * seconds, sum(second["failed_requests"] for second in per_second)
    versions = {
        name: sum(s["versions"].get(name, {}).get("requests", 0) for s in per_second) for name in ("1.0", "2.0")
    }
    total = sum(versions.values())
    return {
        "failed": False,
        "changed": False,
        "msg": f"{requests} requests to http://shop.lab/ in {seconds}.0 s: {failed} failed; p50 3 ms, p99 16 ms, max 41 ms.",
        "requests": requests,
        "failed_requests": failed,
        "error_rate": failed / requests,
        "failures": {"connect": 0, "reset": failed},
        "examples": {"reset": "the connection was closed before the answer was complete"} if failed else {},
        "latency_ms": {"p50": 3.1, "p90": 6.5, "p95": 8.8, "p99": 16.2, "max": 41.0},
        "versions": {name: {"requests": count, "share": count / total} for name, count in versions.items() if count},
        "per_second": per_second,
        "started": moments.iso(BEGIN),
        "elapsed": float(seconds),
        "stopped_early": False,
    }


def _second(second: int, results: list[Json], failed: int) -> Json:
    share = 0.0
    for result in results:
        for entry in result["timeline"]:
            pods = entry.get("pods")
            if pods and (moments.seconds_of(entry["at"]) or 0.0) <= BEGIN + second:
                new = pods["new_ready"] / max(1, pods["new_ready"] + pods["old"])
                share = new if pods["version"] == "2.0" else 1 - new
    answered = 50 - failed
    counts = {"1.0": round(answered * (1 - share)), "2.0": answered - round(answered * (1 - share))}
    slow = 1 + 2.2 * (0 < share < 1) + (second * 7 % 5) / 10
    return {
        "second": second,
        "at": moments.iso(BEGIN + second),
        "requests": 50,
        "failed_requests": failed,
        "failures": {"connect": 0, "reset": failed},
        "latency_ms": {
            "p50": round(3 * slow, 2),
            "p90": 6.0,
            "p95": 8.0,
            "p99": round(7 * slow + second * 13 % 4, 2),
            "max": 41.0,
        },
        "versions": {name: {"requests": count, "share": count / answered} for name, count in counts.items() if count},
    }


def canary(offset: float = 0.0) -> Json:
    """A release whose weights grew step by step, and that two sides were compared for."""
    result = told("upgrade", offset)
    steps = ((0.5, 5), (1.5, 25), (2.5, 50), (4.0, 0))
    result["timeline"] += [
        {
            "at": moments.iso(BEGIN + offset + at),
            "seconds": at,
            "text": f"canary 2.0: weight {new} of 100",
            "weights": {"old": 100 - new, "new": new},
        }
        for at, new in steps
    ]
    result["timeline"].sort(key=lambda entry: entry["seconds"])
    sides = {
        side: {"requests": 300, "failed_requests": 0, "latency_ms": {"p50": 3.0, "p99": p99}}
        for side, p99 in (("new", 13.0), ("old", 12.0))
    }
    compared = {"gate": "compare", "state": "passed", "message": "the new version answers as well", "seconds": 3.0}
    probed = {"gate": "http", "state": "passed", "message": "600 requests, 0 failed", "seconds": 12.0}
    result["gates"] = [
        {**compared, "measurement": sides},
        {**probed, "measurement": {**traffic([result], 12), "msg": ""}},
    ]
    return result


def large() -> list[Json]:
    """Ten minutes of rolling out 50 pods, one after the other, and the requests meanwhile."""
    result = told("upgrade", 5)
    result["seconds"] = 590.0
    result["timeline"] = [
        {
            "at": moments.iso(BEGIN + 5 + 5.8 * step),
            "seconds": 5.8 * step,
            "text": f"{step // 2}/50 new ready, {50 - step // 2} old left",
            "pods": {"version": "2.0", "new_ready": step // 2, "old": 50 - step // 2, "available": 50, "wanted": 50},
        }
        for step in range(101)
    ]
    measured = traffic([result], 600)
    lately = {**measured, "msg": "", "per_second": measured["per_second"][-300:]}
    result["gates"] = [{"gate": "http", "state": "passed", "message": "", "seconds": 600.0, "measurement": lately}]
    return [result, measured]
