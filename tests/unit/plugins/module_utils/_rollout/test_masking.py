# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import masking
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import MASK, masked

KEY = "-----BEGIN RSA PRIVATE KEY-----\nS3CRET\nS3CRET\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "words",
    [
        "GET https://auth.example/token?token=S3CRET&scope=pull: denied",
        'HEAD "https://cdn.example/blob?X-Amz-Signature=S3CRET": 403 Forbidden',
        "https://cdn.example/blob?X-Amz-Credential=S3CRET: 403 Forbidden",
        "https://blob.example/x?se=1&sig=S3CRET: 403 Forbidden",
        "https://robot:S3CRET@registry.lab/v2/: 401 Unauthorized",
        "https://S3CRET@registry.lab/v2/: 401 Unauthorized",
        "dial postgres://app:S3CRET@db.shop:5432/app failed",
        "Authorization: Bearer S3CRET was refused",
        "Authorization: Basic S3CRET was refused",
        "bearer S3CRET is not valid",
        "password=S3CRET is wrong",
        "DB_PASSWORD = 'S3CRET' is wrong",
        '{"level":"debug","password":"S3CRET","user":"app"}',
        "api-key: S3CRET",
        "You have reached your pull rate limit as 'robot': S3CRET. You may increase the limit",
        "jwt eyJhbGciOiJTM0NSRVQi.eyJzdWIiOiJTM0NSRVQi.S3CRETS3CRET",
        KEY,
    ],
)
def test_nothing_secret_is_left(words: str) -> None:
    assert "S3CRET" not in masked(words)
    assert "eyJ" not in masked(words)
    assert MASK in masked(words)


@pytest.mark.parametrize(
    "words",
    [
        'MountVolume.SetUp failed for volume "db-password" : secret "missing" not found',
        "couldn't find key password in Secret shop/settings",
        "registry.lab:5000/app:9.9: not found",
        "app@sha256:0123456789abcdef: manifest unknown",
        'Get "http://10.244.1.14:8080/readyz": dial tcp 10.244.1.14:8080: connect: connection refused',
        "no basic auth credentials",
        "pull access denied, repository does not exist or may require authorization",
        'pods "app-" is forbidden: error looking up service account shop/nobody: serviceaccount "nobody" not found',
    ],
)
def test_what_a_cluster_says_about_secrets_is_none(words: str) -> None:
    assert masked(words) == words


def test_where_it_stood_can_still_be_read() -> None:
    assert (
        masked("https://robot:S3CRET@registry.lab/v2/?a=1&token=S3CRET")
        == f"https://{MASK}@registry.lab/v2/?a=1&token={MASK}"
    )


def test_a_very_long_word_is_read_once_and_not_from_each_of_its_letters() -> None:
    """Read from each of them, it took minutes."""
    assert masked(f"{'x' * 100_000} {'y' * 1000}_token=hunter2") == f"{'x' * 100_000} {'y' * 1000}_token=***"


def test_a_header_that_sounds_secret_gives_its_value_without_the_scheme() -> None:
    headers = {
        "Authorization": "Bearer abcdef1",
        "X-Api-Key": "abcdef2",
        "Cookie": "",
        "X-Auth": "1",
        "Accept": "text/html",
    }
    assert list(masking.in_headers(headers)) == ["abcdef1", "abcdef2"]
    assert list(masking.in_headers("text")) == []


def test_an_address_gives_its_password_or_all_of_what_cannot_be_read() -> None:
    assert list(masking.in_address("http://ada:hush@shop.example/")) == ["hush"]
    assert list(masking.in_address("http://[ada:hush@shop")) == ["http://[ada:hush@shop"]
    assert [list(masking.in_address(plain)) for plain in ("http://shop.example/", None, 5)] == [[], [], []]
