# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.steady.rollout.plugins.filter import access_rules
from ansible_collections.steady.rollout.plugins.module_utils._operation import jobs


def test_it_is_known_by_its_name_and_answers_with_both_kinds_of_rules() -> None:
    function = access_rules.FilterModule().filters()["access_rules"]
    made = function(["upgrade"], uses=["ignore_unready_nodes"])
    assert (made["namespace"], made["cluster"]) == jobs.rules(["upgrade"], ["ignore_unready_nodes"], ["Deployment"])


def test_what_cannot_be_meant_is_one_sentence() -> None:
    with pytest.raises(AnsibleFilterError, match="access_rules: jobs: there is no upgrades, choose among read,"):
        access_rules.access_rules(["upgrades"])


def test_the_documentation_names_every_word() -> None:
    documented = str(yaml.safe_load(access_rules.DOCUMENTATION)["options"])
    assert [word for word in (*jobs.JOBS, *jobs.USES) if f"V({word})" not in documented] == []
