# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.steady.rollout.lab.demo_story.playbook import Reader

GOOD = """
PLAY [Upgrade the workload] ****************************************************

TASK [Ask for a version] *******************************************************
ok: [localhost]

TASK [Upgrade shop/app to 2.0] *************************************************
  shop/app  00:00  1.0 -> 2.0; 5 replicas, surge 2, unavailable 0
  shop/app  00:04  5/5 new ready, 0 old left: complete
changed: [localhost]

TASK [steady.rollout.scaling : Set the replicas] *******************************
changed: [localhost]

PLAY RECAP *********************************************************************
localhost                  : ok=3    changed=2    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
""".splitlines()

BAD = """
TASK [Upgrade shop/app to 9.9] *************************************************
  shop/app  00:01  image not found
[ERROR]: Task failed: Module failed: Upgrade of Deployment shop/app from 2.0 to 9.9 failed: image not found.

  Rolled back to revision 5.
Origin: /checkout/playbooks/upgrade.yml:13:7

13     - name: Upgrade it to {{ version }}
         ^ column 7

fatal: [localhost]: FAILED! =>
    changed: true
    findings:
    -   code: image_not_found
        title: image not found
        pod: app-7c9d-x2k
    msg: |-
        Upgrade of Deployment shop/app from 2.0 to 9.9 failed: image not found.

          Rolled back to revision 5.
    rolled_back:
        version: '2.0'

PLAY RECAP *********************************************************************
localhost                  : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
""".splitlines()


def read(lines: list[str]) -> tuple[Reader, list[str]]:
    reader = Reader()
    shown = [text for line in lines for text in reader.feed(line)]
    reader.finish()
    return reader, shown


def test_progress_and_the_tasks_that_change_something_are_shown() -> None:
    reader, shown = read(GOOD)
    assert shown == [
        "shop/app  00:00  1.0 -> 2.0; 5 replicas, surge 2, unavailable 0",
        "shop/app  00:04  5/5 new ready, 0 old left: complete",
        "Set the replicas",
    ]
    assert (reader.changed, reader.failed, reader.failure) == (2, 0, {})


def test_a_task_that_changes_several_hosts_is_shown_once() -> None:
    _reader, shown = read(["TASK [role : Install it] ****", "changed: [a]", "changed: [b] => (item=x)", "ok: [c]"])
    assert shown == ["Install it"]


def test_a_failure_is_read_with_its_message_and_its_findings() -> None:
    reader, shown = read(BAD)
    assert shown == ["shop/app  00:01  image not found"]
    assert (reader.codes, reader.cause) == ({"image_not_found"}, "image not found")
    assert reader.message.splitlines()[0] == "Upgrade of Deployment shop/app from 2.0 to 9.9 failed: image not found."
    assert reader.message.splitlines()[-1] == "  Rolled back to revision 5."
    assert reader.failure["rolled_back"] == {"version": "2.0"}
    assert (reader.changed, reader.failed) == (0, 1)


def test_a_failure_at_the_end_of_the_output_is_read_too() -> None:
    reader, _shown = read(["TASK [x] **", "fatal: [localhost]: FAILED! => ", "    msg: it broke"])
    assert reader.message == "it broke"


def test_a_failure_that_is_no_yaml_is_told_in_its_own_words() -> None:
    reader, _shown = read(["TASK [x] **", "fatal: [h]: UNREACHABLE! => {", "    'a': - :", "    } x"])
    assert "'a'" in reader.message
