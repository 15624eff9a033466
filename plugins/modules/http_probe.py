#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: http_probe
short_description: Measure what the users of an HTTP service get, second by second
version_added: 0.1.0
description:
  - Sends requests to a URL at a fixed rate and reports for each second how many there were, how many failed and in
    which way, how long the answers took, and which version of the service gave them.
  - The schedule is open. Each request is due at its own moment, whether or not earlier ones have been answered, and
    its latency counts from that moment until the whole answer is there. A server that stalls therefore shows as many
    slow or failed requests and not as a pause in the measuring (there is no coordinated omission). A request belongs
    to the second in which it was due.
  - Every request that falls due ends in exactly one place, it is either answered as expected or counted in one of
    RV(failures), and the sums add up.
  - Nothing is ever sent twice. A server that closes a kept connection just when a request is on its way causes a
    failure of kind RV(failures.reset), although the HTTP standard would let a client send a request such as GET
    again. Browsers often do, other programs often do not, and this module shows what happened. A connection that is
    known to be closed before the request is sent is opened anew, and that is no failure.
  - The requests go directly to the host in the URL. Proxies named in the environment are not used, and redirects are
    not followed.
options:
  url:
    description:
      - Where to send the requests, with V(http) or V(https), and without user name and password.
    type: str
    required: true
  rate:
    description:
      - How many requests fall due per second, evenly spaced. May be less than one, V(0.2) is one every five seconds.
    type: float
    default: 10
  duration:
    description:
      - How long requests fall due. Written like V(500ms), V(90s), V(5m) or V(1h30m), a number alone is seconds.
      - The module returns when the last answer is there, at most about twice O(timeout) later.
      - The signals TERM and INT end the duration early. What was measured until then is reported.
    type: str
    default: 10s
  concurrency:
    description:
      - How many requests may be on their way at the same time, and how many connections are kept open.
      - When all of them are busy for longer than O(timeout), requests are counted as RV(failures.unsent). Have at least
        O(rate) times O(timeout) in seconds if a server that does not answer at all shall be measured at the full rate.
    type: int
    default: 10
  timeout:
    description:
      - How long connecting may take, and how long the complete answer may take after that. Written like O(duration).
    type: str
    default: 5s
  method:
    description: The HTTP method. Requests carry no body.
    type: str
    default: GET
  headers:
    description:
      - Headers of each request. V(Host) names the site where O(url) is the address of a load balancer.
      - C(Authorization), C(Proxy-Authorization) and C(Cookie) are refused here, as the values are shown in logs. Use
        O(secret_headers) for them.
    type: dict
    default: {}
  secret_headers:
    description: Further headers, whose values are never shown.
    type: dict
    default: {}
  validate_certs:
    description: Whether the certificate of an C(https) server must be valid and trusted by the system.
    type: bool
    default: true
  connections:
    description:
      - V(keep_alive) uses O(concurrency) connections for all requests, as browsers and services do.
      - V(new) opens a connection for each request, as first-time visitors do.
      - V(both) takes turns, so that each does half of the requests.
    type: str
    choices: [keep_alive, new, both]
    default: both
  status_code:
    description: The status codes that are expected. Any from 200 to 299 when not given.
    type: list
    elements: int
    default: []
  version_pattern:
    description:
      - A Python regular expression with exactly one group, which matches the version in the answer.
      - An answer with an expected status that does not match is a failure of kind RV(failures.unexpected). The wrong
        service answered, or the load balancer itself.
    type: str
  version_path:
    description:
      - A JMESPath expression that finds the version in an answer in JSON. The rules of O(version_pattern) apply.
      - Needs the Python library C(jmespath).
    type: str
  max_error_rate:
    description:
      - The share of failed requests, from 0 to 1, above which the module fails. V(0) allows none.
      - When not given, the module only reports. It fails in any case when not a single connection could be made.
    type: float
requirements:
  - urllib3 (comes with the Python library C(kubernetes))
  - jmespath (for O(version_path))
notes:
  - When the environment variable E(STEADY_ROLLOUT_PROGRESS) names a file, each second's record is appended to it as one
    line of JSON as soon as all requests that were due in that second have ended.
  - One process managed 2000 requests per second on one core of a small virtual machine, and half of that when each
    opens a connection. Look at RV(failures.unsent) and at the latency if you ask for more.
extends_documentation_fragment:
  - steady.rollout.attributes
  - steady.rollout.attributes.info_module
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Nobody may notice, whatever happens in these ten seconds
  steady.rollout.http_probe:
    url: http://shop.example/healthz
    rate: 50
    duration: 10s
    max_error_rate: 0

- name: Which versions answer behind the load balancer
  steady.rollout.http_probe:
    url: http://10.77.0.21:30080/
    headers:
      Host: shop.lab
    rate: 100
    duration: 1m
    version_pattern: 'App Version (\S+) running'
  register: traffic

- name: Show the share of each version
  ansible.builtin.debug:
    var: traffic.versions

- name: Read the version from an answer in JSON, as a user who has signed in
  steady.rollout.http_probe:
    url: https://shop.example/api/about
    secret_headers:
      Authorization: Bearer {{ shop_token }}
    version_path: build.version
    duration: 30s
    max_error_rate: 0.001
"""

RETURN = r"""
msg:
  description: The result in one sentence, or why the module failed.
  type: str
  returned: always
  sample: '500 requests to http://shop.lab/ in 10.0 s: 0 failed; p50 2 ms, p99 9 ms, max 14 ms; versions 1.0 100.0 %.'
requests:
  description: How many requests fell due. The successful ones and all RV(failures) together.
  type: int
  returned: when something was measured
  sample: 500
failed_requests:
  description: How many of them failed, in any way.
  type: int
  returned: when something was measured
  sample: 3
error_rate:
  description: RV(failed_requests) as a share of RV(requests).
  type: float
  returned: when something was measured
  sample: 0.006
failures:
  description: The failed requests by what became of them. Each is counted once.
  type: dict
  returned: when something was measured
  contains:
    connect:
      description: No connection. It was refused or took longer than O(timeout), the name is unknown, or TLS failed.
      type: int
    timeout:
      description: Connected and sent, but the answer was not complete within O(timeout).
      type: int
    reset:
      description: The connection was closed or reset before the answer was complete.
      type: int
    status_5xx:
      description: A complete answer with an unexpected status from 500 to 599.
      type: int
    status_other:
      description: A complete answer with any other unexpected status.
      type: int
    unexpected:
      description: The expected status, but no version in the answer, or an answer that is not HTTP.
      type: int
    unsent:
      description: Never sent, because all senders were busy for longer than O(timeout).
      type: int
examples:
  description: What the first failure of each kind said.
  type: dict
  returned: when something was measured
  sample:
    connect: Connection refused
latency_ms:
  description:
    - Milliseconds from the moment at which a request was due until its answer was complete, as the percentiles C(p50),
      C(p90), C(p95) and C(p99), and C(max). Counts every complete answer, with whatever status. Null when there was none.
  type: dict
  returned: when something was measured
  sample: {p50: 2.1, p90: 4.7, p95: 6.2, p99: 9.8, max: 14.2}
versions:
  description: How many answers each version gave, and its share of all answers that told their version.
  type: dict
  returned: when something was measured
  sample: {'1.0': {requests: 300, share: 0.6}, '2.0': {requests: 200, share: 0.4}}
by_connection:
  description: RV(requests), RV(failed_requests) and RV(latency_ms) once for kept connections and once for new ones.
  type: dict
  returned: when something was measured
  contains:
    keep_alive:
      description: Requests over connections that are kept open.
      type: dict
    new:
      description: Requests that opened a connection.
      type: dict
per_second:
  description:
    - One record for each second, with its number, the time at which it began, and RV(requests), RV(failed_requests),
      RV(failures), RV(latency_ms) and RV(versions) of the requests that were due in it.
  type: list
  elements: dict
  returned: when something was measured
  sample:
    - second: 0
      at: '2026-01-31T12:00:00.000Z'
      requests: 50
      failed_requests: 0
      failures: {connect: 0, timeout: 0, reset: 0, status_5xx: 0, status_other: 0, unexpected: 0, unsent: 0}
      latency_ms: {p50: 2.1, p90: 4.7, p95: 6.2, p99: 9.8, max: 14.2}
      versions: {'1.0': {requests: 50, share: 1.0}}
started:
  description: When the first request was due, in UTC.
  type: str
  returned: when something was measured
  sample: '2026-01-31T12:00:00.000Z'
elapsed:
  description: For how many seconds requests fell due.
  type: float
  returned: when something was measured
  sample: 10.0
stopped_early:
  description: Whether a signal ended the measuring before O(duration) was over.
  type: bool
  returned: when something was measured
"""

import os
import signal
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import module, progress
from ansible_collections.steady.rollout.plugins.module_utils._http import plan, probe, report, version
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, masking

ARGUMENTS: dict[str, t.Any] = {
    "url": {"type": "str", "required": True},
    "rate": {"type": "float", "default": 10},
    "duration": {"type": "str", "default": "10s"},
    "concurrency": {"type": "int", "default": 10},
    "timeout": {"type": "str", "default": "5s"},
    "method": {"type": "str", "default": "GET"},
    "headers": {"type": "dict", "default": {}},
    "secret_headers": {"type": "dict", "default": {}, "no_log": True},
    "validate_certs": {"type": "bool", "default": True},
    "connections": {"type": "str", "choices": ["keep_alive", "new", "both"], "default": "both"},
    "status_code": {"type": "list", "elements": "int", "default": []},
    "version_pattern": {"type": "str"},
    "version_path": {"type": "str"},
    "max_error_rate": {"type": "float"},
}


def plan_of(options: dict[str, t.Any]) -> plan.Plan:
    """The options as a plan. Raises InvalidInput."""
    shared = {name: options[name] for name in ("url", "rate", "concurrency", "method", "validate_certs", "connections")}
    return plan.Plan(
        duration=durations.parse(options["duration"], what="duration"),
        timeout=durations.parse(options["timeout"], what="timeout"),
        headers=plan.merged_headers(options["headers"], options["secret_headers"]),
        status_codes=frozenset(options["status_code"]),
        **shared,
    )


def reader_of(options: dict[str, t.Any]) -> version.Reader | None:
    """What finds the version in an answer, if that is asked for. Raises InvalidInput."""
    if options["version_pattern"] is not None:
        return version.by_pattern(options["version_pattern"])
    return version.by_path(options["version_path"]) if options["version_path"] is not None else None


def stop_on_signals(running: probe.Probe) -> None:
    """The first signal ends the schedule, the second one the process."""

    def stop(number: int, _frame: t.Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        running.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def measure(options: dict[str, t.Any], _check_mode: bool) -> dict[str, t.Any]:
    """Send the requests and return what became of them. Raises InvalidInput."""
    report.check_error_rate(options["max_error_rate"])
    running = probe.Probe(plan_of(options), reader_of(options))
    told = progress.open_progress(os.environ)
    stop_on_signals(running)
    finished = running.run(lambda second: told.record({**second, "text": report.second_in_words(second)}))
    complaint = report.complaint(finished, options["url"], options["max_error_rate"])
    return {
        "changed": False,
        "failed": bool(complaint),
        "msg": complaint or report.in_words(finished, options["url"]),
        **report.as_result(finished),
    }


def libraries(options: dict[str, t.Any]) -> list[str]:
    """The Python libraries that these options need."""
    return ["urllib3"] if options["version_path"] is None else ["urllib3", "jmespath"]


def main() -> None:
    module.run(
        ARGUMENTS,
        measure,
        libraries=libraries,
        secrets=lambda params: {*masking.in_address(params["url"]), *masking.in_headers(params["headers"])},
        mutually_exclusive=[("version_pattern", "version_path")],
    )


if __name__ == "__main__":
    main()
