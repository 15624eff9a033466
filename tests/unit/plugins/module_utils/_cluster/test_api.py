# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._cluster.answers import Passing
from ansible_collections.steady.rollout.plugins.module_utils._cluster.request import Request
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors
from ansible_collections.steady.rollout.plugins.module_utils._rollout.resources import DEPLOYMENT, Scope
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._cluster.api_server import (
    ApiServer,
    Nothing,
    Reply,
    status,
)

Connect = t.Callable[..., t.Any]

OBJECT = Reply(body={"kind": "Deployment", "metadata": {"name": "app"}})
MERGE = "application/merge-patch+json"
PINNED = {"metadata": {"resourceVersion": "7"}, "spec": {}}
LEADER = status(500, "etcdserver: leader changed")


def patch(cluster: t.Any, body: t.Any) -> t.Any:
    return cluster.patch(DEPLOYMENT, "shop", "app", body, content_type=MERGE)


def test_a_server_that_refuses_the_first_connection_is_unreachable_at_once(connected: Connect) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        cluster = connected(host=f"https://127.0.0.1:{port}")
        started = time.monotonic()
        with pytest.raises(errors.Unreachable, match=rf"127\.0\.0\.1:{port} cannot be reached: connection refused"):
            cluster.read(DEPLOYMENT, "shop", "app")
    assert time.monotonic() - started < 30


def test_a_server_that_never_answered_is_not_waited_for(server: ApiServer, connected: Connect) -> None:
    server.plays("get", Nothing(silence=True))
    with pytest.raises(errors.Unreachable, match=r"connected, but no answer within [\d.]+ s") as raised:
        connected(timings={"read": 0.2}).read(DEPLOYMENT, "shop", "app")
    # What it says is how long it really was: at least the timeout, and more on a busy machine.
    assert float(str(raised.value).partition(" within ")[2].partition(" s")[0]) >= 0.2
    assert server.count("get") == 1


@pytest.mark.usefixtures("no_names")
def test_an_unknown_host_is_named(connected: Connect) -> None:
    with pytest.raises(
        errors.Unreachable, match=r"nowhere\.invalid:443 cannot be reached: the host name does not resolve"
    ):
        connected(host="https://nowhere.invalid").read(DEPLOYMENT, "shop", "app")


@pytest.mark.parametrize(
    "trouble",
    [status(429, "slow down", after=0), status(503, "starting", after=0), status(500, "failed calling webhook x: EOF")],
    ids=["429", "503", "webhook"],
)
@pytest.mark.parametrize("body", [PINNED, {"spec": {}}], ids=["pinned", "not pinned"])
def test_what_was_not_carried_out_is_sent_again(
    server: ApiServer, connected: Connect, trouble: t.Any, body: t.Any
) -> None:
    server.plays("patch", trouble, trouble, OBJECT)
    assert patch(connected(), body)["metadata"]["name"] == "app"
    assert server.count("patch") == 3


def test_the_server_says_how_long_to_wait(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", status(429, "slow down", after=7), OBJECT)
    with pytest.raises(errors.Unreachable, match="too many requests: slow down"):
        patch(connected(patience=6.0), PINNED)
    assert server.count("patch") == 1


@pytest.mark.parametrize(
    "lost", [LEADER, Nothing(), Reply(body={}, cut=True)], ids=["leader changed", "reset", "cut answer"]
)
def test_a_pinned_patch_is_sent_again_when_its_answer_is_lost(
    server: ApiServer, connected: Connect, lost: t.Any
) -> None:
    server.plays("get", OBJECT)
    server.plays("patch", lost, OBJECT)
    cluster = connected()
    cluster.read(DEPLOYMENT, "shop", "app")
    assert patch(cluster, PINNED)["kind"] == "Deployment"


def test_a_pinned_patch_that_was_carried_out_after_all_is_a_conflict(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", LEADER, status(409, "the object has been modified", reason="Conflict"))
    with pytest.raises(errors.Conflict, match="Deployment shop/app was changed by somebody else"):
        patch(connected(), PINNED)


@pytest.mark.parametrize(
    "page",
    [Reply(body="<html>We are back soon</html>"), Reply(body='{"kind": "Deploy')],
    ids=["page", "half an object"],
)
def test_a_page_instead_of_an_answer_passes_once_the_server_has_spoken(
    server: ApiServer, connected: Connect, page: Reply
) -> None:
    server.plays("get", OBJECT, page, page, OBJECT)
    server.plays("patch", page, status(409, "the object has been modified", reason="Conflict"))
    cluster = connected()
    for _time in range(2):
        assert cluster.read(DEPLOYMENT, "shop", "app")["kind"] == "Deployment"
    with pytest.raises(errors.Conflict):
        patch(cluster, PINNED)
    assert server.count("patch") == 2


def test_a_patch_that_pins_nothing_is_not_sent_twice(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", LEADER, OBJECT)
    with pytest.raises(
        errors.Unreachable,
        match="leader changed, so it is not known whether it did patch Deployment shop/app; run the same again",
    ):
        patch(connected(), {"spec": {}})
    assert server.count("patch") == 1


def test_a_json_patch_that_tests_the_version_is_pinned(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", LEADER, OBJECT)
    body = [{"op": "test", "path": "/metadata/resourceVersion", "value": "7"}, {"op": "remove", "path": "/spec/paused"}]
    assert patch(connected(), body)["kind"] == "Deployment"


@pytest.mark.parametrize(
    "lost", [LEADER, Nothing(), Nothing(silence=True), Reply(body={}, cut=True), status(502, "bad gateway")]
)
def test_reading_is_repeated_whatever_was_lost(server: ApiServer, connected: Connect, lost: t.Any) -> None:
    server.plays("get", OBJECT, lost, lost, OBJECT)
    cluster = connected(timings={"read": 0.5})
    cluster.read(DEPLOYMENT, "shop", "app")
    assert cluster.read(DEPLOYMENT, "shop", "app")["kind"] == "Deployment"
    assert server.count("get") >= 4


def test_patience_ends_with_the_last_reason(server: ApiServer, connected: Connect) -> None:
    server.plays("get", status(503, "etcd is away"))
    with pytest.raises(
        errors.Unreachable, match="no usable answer to get Deployment shop/app in time.*503 etcd is away"
    ):
        connected(patience=0.02).read(DEPLOYMENT, "shop", "app")


def test_a_stop_ends_patience(server: ApiServer, connected: Connect) -> None:
    server.plays("get", status(503, "starting"))
    stop = threading.Event()
    stop.set()
    with pytest.raises(errors.Unreachable):
        connected()._api.call(Request("get", DEPLOYMENT, "shop", "app"), stop=stop)
    assert server.count("get") == 1


def kubeconfig(server: ApiServer, token_file: Path) -> dict[str, t.Any]:
    return {
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": {"server": server.url}}],
        "users": [{"name": "u", "user": {"tokenFile": str(token_file)}}],
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    }


def test_401_is_answered_with_the_new_token(server: ApiServer, connected: Connect, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")
    server.plays("patch", status(401, "Unauthorized"), OBJECT)
    cluster = connected(host=None, api_key=None, kubeconfig=kubeconfig(server, token))
    token.write_text("new")
    patch(cluster, {"spec": {}})
    assert [seen.header("Authorization") for seen in server.requests("patch")] == [["Bearer old"], ["Bearer new"]]


def test_credentials_that_cannot_be_loaded_anew_for_a_moment_are_waited_for(
    server: ApiServer, connected: Connect, tmp_path: Path
) -> None:
    """A plugin that fails once in the middle of a rollout is no verdict on it."""
    token = tmp_path / "token"
    token.write_text("old")
    server.plays("get", OBJECT, status(401, "Unauthorized"), status(401, "Unauthorized"), OBJECT)
    cluster = connected(host=None, api_key=None, kubeconfig=kubeconfig(server, token))
    cluster.read(DEPLOYMENT, "shop", "app")
    token.unlink()
    assert cluster.read(DEPLOYMENT, "shop", "app") == OBJECT.body


def test_401_twice_is_final_and_names_the_source(server: ApiServer, connected: Connect) -> None:
    server.plays("get", status(401, "Unauthorized"))
    with pytest.raises(
        errors.Unauthorized, match=r"does not accept the credentials of the option api_key \(Unauthorized\)"
    ):
        connected().read(DEPLOYMENT, "shop", "app")
    assert server.count("get") == 2


def test_a_refusal_after_trouble_is_outlived(server: ApiServer, connected: Connect) -> None:
    denied = status(403, 'User "bob" cannot get resource "deployments" in API group "apps" in the namespace "shop"')
    server.plays("get", status(503, "starting"), denied, OBJECT)
    assert connected().read(DEPLOYMENT, "shop", "app")["kind"] == "Deployment"


def test_impersonated_groups_are_headers_of_their_own(server: ApiServer, connected: Connect) -> None:
    server.plays("patch", OBJECT)
    patch(connected(impersonate_user="eve", impersonate_groups=("a", "b")), PINNED)
    (seen,) = server.requests("patch")
    assert seen.header("Impersonate-User") == ["eve"]
    assert seen.header("Impersonate-Group") == ["a", "b"]
    assert seen.header("User-Agent") == ["steady.rollout"]


def test_a_web_page_is_no_api_server(server: ApiServer, connected: Connect) -> None:
    server.plays("list", Reply(body="<html>Welcome</html>"))
    with pytest.raises(errors.Unreachable, match="is not an API server"):
        connected().list(Scope(DEPLOYMENT, "shop"))


def test_a_redirect_is_not_followed(server: ApiServer, connected: Connect) -> None:
    server.plays("get", Reply(302, headers={"Location": "/login"}))
    with pytest.raises(errors.Unreachable, match="redirect"):
        connected().read(DEPLOYMENT, "shop", "app")


def test_sending_once_tells_passing_trouble(server: ApiServer, connected: Connect) -> None:
    server.plays("get", status(503, "starting"))
    with pytest.raises(Passing, match="starting"):
        connected()._api.send(Request("get", DEPLOYMENT, "shop", "app"))


def test_pauses_grow_up_to_a_longest(connected: Connect) -> None:
    pauses = connected()._api.pauses()
    drawn = [next(pauses) for _unused in range(9)]
    assert 0.0005 <= drawn[0] <= 0.001
    assert 0.0025 <= drawn[-1] <= 0.005
