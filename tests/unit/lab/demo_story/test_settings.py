# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.steady.rollout.lab.demo_story import settings

HOME = pathlib.Path("/home/somebody")


def test_the_story_plays_on_the_lab_unless_a_cluster_is_named() -> None:
    chosen = settings.of({}, HOME)
    assert chosen.on_lab
    assert chosen.kubeconfig == "/home/somebody/.cache/steady-rollout/lab/kubeconfig"


@pytest.mark.parametrize(
    ("environ", "cache"),
    [({"STEADY_ROLLOUT_CACHE": "/c"}, "/c"), ({"XDG_CACHE_HOME": "/x"}, "/x/steady-rollout")],
)
def test_the_cache_folder_can_be_chosen(environ: dict[str, str], cache: str) -> None:
    assert str(settings.of(environ, HOME).cache) == cache


def test_a_cluster_of_the_users_own_needs_to_know_its_images() -> None:
    with pytest.raises(settings.DemoError, match=r"DEMO_IMAGE does not say where .*lab/service/build --registry"):
        settings.of({"KUBECONFIG": "/k"}, HOME)
    chosen = settings.of({"KUBECONFIG": "/k", "DEMO_IMAGE": "r.example/app", "DEMO_OPTIONS": "-e a=b"}, HOME)
    assert (chosen.on_lab, chosen.kubeconfig, chosen.image) == (False, "/k", "r.example/app")
    assert chosen.options == ("-e", "a=b")
    assert chosen.variables() == {
        **settings.LAB_VARIABLES,
        "workload_image": "r.example/app",
        "workload_kubeconfig": "/k",
    }


def test_the_labs_own_cluster_has_its_images() -> None:
    chosen = settings.of({"KUBECONFIG": "/c/lab/kubeconfig", "STEADY_ROLLOUT_CACHE": "/c"}, HOME)
    assert (chosen.on_lab, chosen.labs_own, chosen.variables()) == (False, True, settings.LAB_VARIABLES)


def test_one_kubeconfig_is_enough() -> None:
    with pytest.raises(settings.DemoError, match=r"names several files \(/a:/b\)"):
        settings.of({"KUBECONFIG": "/a:/b", "DEMO_IMAGE": "r.example/app"}, HOME)


@pytest.mark.parametrize(("name", "value"), [("DEMO_RATE", "fast"), ("DEMO_RATE", "0.5"), ("DEMO_REPLICAS", "-1")])
def test_a_number_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(settings.DemoError, match=f"{name} is '{value}', it must be a number between 1 and 1000"):
        settings.of({name: value}, HOME)
