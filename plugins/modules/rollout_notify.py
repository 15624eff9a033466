#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_notify
short_description: Tell a webhook how rollouts turned out
version_added: 0.1.0
description:
  - Sends one message about the results of workload modules to a webhook, in the form of Slack or as plain JSON.
  - Trouble that may pass is outlived, and what does not pass is a warning. The rollout is over by then, and no message fails it
    unless O(required).
options:
  url:
    description:
      - The webhook's address. It is a secret and is shown nowhere, not even in an error.
      - Redirects are not followed. The proxies that the environment names for it are used.
    type: str
    required: true
  results:
    description:
      - What tasks with workload modules have registered. One result, a list of them, that of a loop, or that of many workloads.
    type: raw
    required: true
  format:
    description:
      - V(slack) is the form of Slack's incoming webhooks, which Mattermost, Rocket.Chat and others take as well.
      - V(generic) is a JSON object with C(failed), C(text), C(report) if there is one, and C(workloads), each with C(kind),
        C(namespace), C(name), C(outcome), C(changed), C(seconds), C(before), C(after), C(findings) and C(text).
    type: str
    choices: [slack, generic]
    default: slack
  send_on:
    description: Whether a message is sent whatever happened, only when one of O(results) failed, or only when none did.
    type: str
    choices: [always, failure, success]
    default: always
  report:
    description: Where the report is that people may want to read, a path or an address, as it stands in the message.
    type: str
    default: ''
  headers:
    description: Further headers of the request, such as C(Authorization). Their values are never shown.
    type: dict
    default: {}
  timeout:
    description: How long one attempt may take, written as V(5s).
    type: str
    default: 10s
  retries:
    description:
      - How many attempts may follow the first one, at most 10, where there was no answer or a 408, 425, 429, 500, 502, 503 or 504.
      - The pauses are about 1, 2, 4 seconds and so on, or what C(Retry-After) says, at most 30 seconds each.
      - Whose answer gets lost gets the message twice.
    type: int
    default: 3
  validate_certs:
    description: Whether the certificate of an C(https) server must be valid and trusted by the system.
    type: bool
    default: true
  required:
    description: Whether the task fails when the message was not taken.
    type: bool
    default: false
requirements:
  - urllib3 (comes with the Python library C(kubernetes))
extends_documentation_fragment:
  - steady.rollout.attributes
attributes:
  check_mode:
    support: full
    details:
      - Sends nothing.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Each run sends a message. It never counts as a change.
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Upgrade, and tell people however it turns out
  block:
    - name: Upgrade the application
      steady.rollout.workload_upgrade:
        namespace: shop
        name: app
        version: "2.0"
      register: rollout
  always:
    - name: Tell the channel
      steady.rollout.rollout_notify:
        url: "{{ vault_channel_webhook }}"
        results: "{{ rollout }}"

- name: Tell a program about failures only
  steady.rollout.rollout_notify:
    url: https://ci.example.org/rollouts
    format: generic
    headers:
      Authorization: Bearer {{ vault_ci_token }}
    results: "{{ rollout }}"
    send_on: failure
"""

RETURN = r"""
msg:
  description: What became of the message.
  type: str
  returned: always
  sample: The webhook took the message.
sent:
  description: Whether the webhook took it.
  type: bool
  returned: when the options could be understood
attempts:
  description: How many times it was sent.
  type: int
  returned: when the options could be understood
  sample: 1
status_code:
  description: The HTTP status of the webhook's last answer, V(0) where there was none.
  type: int
  returned: when the options could be understood
  sample: 200
payload:
  description: The message as it was sent, or would have been.
  type: dict
  returned: when there was one to send
  sample: {text: Upgraded Deployment shop/app from 1.0 to 2.0 in 3.2 s., attachments: []}
"""

import typing as t

from ansible.module_utils.common.warnings import warn

from ansible_collections.steady.rollout.plugins.module_utils._ansible import module
from ansible_collections.steady.rollout.plugins.module_utils._http import webhook
from ansible_collections.steady.rollout.plugins.module_utils._rollout import durations, notice

ARGUMENTS: dict[str, t.Any] = {
    "url": {"type": "str", "required": True, "no_log": True},
    "results": {"type": "raw", "required": True},
    "format": {"type": "str", "choices": ["slack", "generic"], "default": "slack"},
    "send_on": {"type": "str", "choices": ["always", "failure", "success"], "default": "always"},
    "report": {"type": "str", "default": ""},
    "headers": {"type": "dict", "default": {}, "no_log": True},
    "timeout": {"type": "str", "default": "10s"},
    "retries": {"type": "int", "default": 3},
    "validate_certs": {"type": "bool", "default": True},
    "required": {"type": "bool", "default": False},
}
FORMS = {"slack": notice.slack, "generic": notice.generic}


def hook_of(options: dict[str, t.Any]) -> webhook.Webhook:
    """Where to send it. Raises InvalidInput."""
    headers = {str(name): str(value) for name, value in options["headers"].items()}
    seconds = durations.parse(options["timeout"], "timeout")
    url, retries = options["url"].strip(), options["retries"]
    return webhook.check(webhook.Webhook(url, headers, seconds, retries, options["validate_certs"]))


def notify(options: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Send the message, if there is one to send. Raises InvalidInput."""
    hook, results = hook_of(options), notice.results_of(options["results"])
    told: dict[str, t.Any] = {"changed": False, "sent": False, "attempts": 0, "status_code": 0}
    wanted = options["send_on"] == "always" or (options["send_on"] == "failure") == notice.failed(results)
    if not results or not wanted:
        why = f"send_on is {options['send_on']}" if results else "there are no results"
        return {**told, "msg": f"No message was sent: {why}."}
    told["payload"] = FORMS[options["format"]](results, options["report"])
    if check_mode:
        return {**told, "msg": "A message would be sent."}
    delivery = webhook.deliver(hook, told["payload"])
    told |= {"sent": delivery.sent, "attempts": delivery.attempts, "status_code": delivery.status}
    if delivery.sent:
        return {**told, "msg": "The webhook took the message."}
    attempts = f"{delivery.attempts} attempt{'s' if delivery.attempts > 1 else ''}"
    complaint = f"The webhook did not take the message in {attempts}: {delivery.reason}."
    if not options["required"]:
        warn(f"{complaint} The rollout is not affected.")
    return {**told, "failed": options["required"], "msg": complaint}


def main() -> None:
    """Run the module."""
    module.run(
        ARGUMENTS,
        notify,
        libraries=lambda _params: ("urllib3",),
        secrets=lambda params: webhook.secrets(params.get("url") or ""),
    )


if __name__ == "__main__":
    main()
