#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_report
short_description: Write a report of rollouts as one HTML page, as Markdown and as JSON
version_added: 0.1.0
description:
  - Tells from registered results which rollouts there were, how each turned out, what its pods, gates and findings were, and what users
    got meanwhile.
  - The HTML page is one file without scripts that loads nothing, with pictures of the pods by version, of the versions that answered, of
    failed requests and of latency. It can be mailed, kept as an artifact, read on a phone, in the dark, by screen readers, and printed.
  - Secrets are masked in results already. Whatever the cluster said is shown as text and never taken as markup.
options:
  results:
    description:
      - What tasks with M(steady.rollout.http_probe) and workload modules have registered. One result, a list of them in any order, that of
        a loop, or that of many workloads. Those of skipped tasks are left out.
    type: raw
    required: true
  path:
    description:
      - Where the report goes, without an ending, such as V(reports/shop), on the host that runs the module. The files C(shop.html),
        C(shop.md) and C(shop.json) are written beside each other with the mode V(0644). In a folder they are called C(report).
      - Each file is replaced at once. The folder must exist.
    type: path
    required: true
  formats:
    description: Which files to write.
    type: list
    elements: str
    choices: [html, markdown, json]
    default: [html, markdown, json]
  title:
    description: The report's heading.
    type: str
    default: What was rolled out
  append:
    description:
      - Adds to the results that C(path.json) has from earlier runs, so that a release and its rollback stand in one report.
        A result that is there already is not added again.
    type: bool
    default: false
  job_url:
    description:
      - Where the job that did this is to be seen. In AWX it is known by itself.
    type: str
    default: ''
extends_documentation_fragment:
  - steady.rollout.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - Shows the difference of the Markdown file.
  idempotent:
    support: full
author:
  - Contributors to steady.rollout (@steady-rollout)
"""

EXAMPLES = r"""
- name: Upgrade, and report in any case
  block:
    - name: Upgrade to 2.0
      steady.rollout.workload_upgrade:
        namespace: shop
        name: app
        version: "2.0"
      register: upgrade
  always:
    - name: Tell how it went
      steady.rollout.rollout_report:
        results:
          - "{{ upgrade }}"
        path: reports/shop
        title: shop/app to 2.0
      delegate_to: localhost

- name: Add what users got meanwhile, and keep to the page alone
  steady.rollout.rollout_report:
    results:
      - "{{ upgrade }}"
      - "{{ traffic }}"
    path: reports/shop
    formats: [html]
"""

RETURN = r"""
msg:
  description: The report in a sentence, and where it is.
  type: str
  returned: always
  sample: '2 rollouts: 1 complete, 1 rolled back. See /home/deployer/reports/shop.html'
paths:
  description: Format to file.
  type: dict
  returned: success
  sample: {html: /home/deployer/reports/shop.html, json: /home/deployer/reports/shop.json}
summary:
  description: How many rollouts there were, how they turned out, and how many requests failed.
  type: str
  returned: success
  sample: '2 rollouts: 1 complete, 1 rolled back.'
rollouts:
  description: How many rollouts the report tells of.
  type: int
  returned: success
  sample: 2
"""

import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._ansible import module, report

ARGUMENTS: dict[str, t.Any] = {
    "results": {"type": "raw", "required": True},
    "path": {"type": "path", "required": True},
    "formats": {
        "type": "list",
        "elements": "str",
        "choices": ["html", "markdown", "json"],
        "default": ["html", "markdown", "json"],
    },
    "title": {"type": "str", "default": "What was rolled out"},
    "append": {"type": "bool", "default": False},
    "job_url": {"type": "str", "default": ""},
}


def main() -> None:
    module.run(ARGUMENTS, report.made, libraries=lambda _params: ())


if __name__ == "__main__":
    main()
