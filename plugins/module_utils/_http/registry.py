# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry has under a tag, by the API of the OCI distribution specification: the digest, or which tags there are instead."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._http import connections, sender
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, images, registries
from ansible_collections.steady.rollout.plugins.module_utils._rollout.logins import Login
from ansible_collections.steady.rollout.plugins.module_utils._rollout.masking import masked

if t.TYPE_CHECKING:
    import urllib3

Json = dict[str, t.Any]

_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_TIMEOUT = 10.0
_LARGEST = 4 * 1024 * 1024
_TAGS_NAMED = 10
_ASKED_AGAIN = frozenset((429, 500, 502, 503, 504))
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Place:
    """How to reach the registry ``host``: at another ``endpoint`` than ``https://<host>``, with credentials of its own."""

    host: str
    endpoint: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca_cert: str = ""
    validate_certs: bool = True

    @property
    def url(self) -> str:
        """Where its API begins."""
        usual = "registry-1.docker.io" if self.host == registries.DOCKER_HUB else self.host
        return self.endpoint or f"https://{usual}"


def places(written: t.Iterable[Json]) -> dict[str, Place]:
    """The option ``registries`` by host. Raises InvalidInput."""
    found: dict[str, Place] = {}
    for number, entry in enumerate(written):
        where = f"registries[{number}]"
        host = registries.read([entry["host"]], f"{where}.host")[0]
        if "/" in host or host in found:
            text = "names a part of a registry: write its host alone" if "/" in host else "is there twice"
            raise errors.InvalidInput(f"{where}.host: {entry['host']!r} {text}.")
        given = {key: value for key, value in entry.items() if value is not None}
        found[host] = Place(**{**given, "host": host, "endpoint": _endpoint(given.get("endpoint", ""), where)})
    return found


class HttpRegistries:
    """Satisfies the port ``Registries``."""

    def __init__(self, known: t.Mapping[str, Place]) -> None:
        self._places = known
        self._digests: dict[str, str] = {}

    def digest(self, image: images.Image, logins: t.Sequence[Login]) -> str:
        """As the port ``Registries``."""
        asked = str(image)
        if asked not in self._digests:
            self._digests[asked] = self._found(image, logins)
        return self._digests[asked]

    def _found(self, image: images.Image, logins: t.Sequence[Login]) -> str:
        host, _slash, path = registries.whole(image.repository).partition("/")
        place = self._places.get(host, Place(host))
        if place.username:
            logins = [Login(host, place.username, place.password, "registries")]
        retries = _retries()
        with connections.manager(
            place.url, validate_certs=place.validate_certs, ca_cert=place.ca_cert, retries=retries, timeout=_TIMEOUT
        ) as manager:
            refusals = []
            for login in logins or (None,):
                try:
                    return _Repository(manager, place, path, login).digest(image)
                except errors.Unauthorized as refusal:
                    refusals.append(str(refusal))
        raise errors.Unauthorized(" ".join(dict.fromkeys(refusals)))


class _Repository:
    """One repository as one user of the registry, or as nobody, sees it."""

    def __init__(self, manager: urllib3.PoolManager, place: Place, path: str, login: Login | None) -> None:
        self._manager = manager
        self._place = place
        self._path = path
        self._login = login
        self._authorization: dict[str, str] = {}

    def digest(self, image: images.Image) -> str:
        """The digest under the image's tag or digest. Raises NotFound, Unauthorized or Unreachable."""
        reference = image.digest or image.tag
        answer = self._ask("HEAD", f"manifests/{reference}")
        if answer.status == 404:
            raise errors.NotFound(f"{self._place.host} has no {self._path}:{reference}{self._instead()}.")
        if answer.status != 200:
            raise self._unexpected(answer)
        told = answer.headers.get("Docker-Content-Digest", "")
        if images.digest_of(told):
            return told
        answer = self._ask("GET", f"manifests/{reference}")
        if answer.status != 200:
            raise self._unexpected(answer)
        return f"sha256:{hashlib.sha256(_body(answer)).hexdigest()}"

    def _instead(self) -> str:
        """Which tags there are; nothing where the registry does not say."""
        answer = self._ask("GET", "tags/list")
        if answer.status == 404:
            return f", nor anything else of {self._path}"
        with contextlib.suppress(ValueError, AttributeError, TypeError):
            tags = [str(tag) for tag in json.loads(_body(answer)).get("tags") or ()]
            shown = sorted(tags, key=_in_order)[-_TAGS_NAMED:]
            more = f" and {len(tags) - len(shown)} more" if len(tags) > len(shown) else ""
            return f"; it has {', '.join(shown)}{more}" if tags else "; it has no tag of it"
        return ""

    def _ask(self, method: str, what: str) -> urllib3.BaseHTTPResponse:
        """The answer, after whatever the registry wants to know of who asks. Raises Unauthorized or Unreachable."""
        answer = self._send(method, what)
        if answer.status == 401 and not self._authorization:
            self._authorization = self._authorized(answer.headers.get("WWW-Authenticate", ""))
            answer = self._send(method, what)
        if answer.status in (401, 403):
            raise self._refused(f"{answer.status} {answer.reason or ''}".strip())
        return answer

    def _send(self, method: str, what: str) -> urllib3.BaseHTTPResponse:
        url = f"{self._place.url}/v2/{self._path}/{what}"
        return _sent(self._manager, method, url, {"Accept": _MANIFESTS, **self._authorization}, self._place.host)

    def _authorized(self, challenge: str) -> dict[str, str]:
        """The header that answers the challenge: a token of the service that it names, or the credentials themselves."""
        bearer = re.search(r"\bBearer\s+(.*)", challenge, re.I)
        if not bearer:
            return self._basic()
        asked = dict(_PARAMETER.findall(bearer[1]))
        realm = urlsplit(asked.get("realm", ""))
        if realm.scheme not in ("https", urlsplit(self._place.url).scheme) or not realm.hostname:
            raise self._refused("it wants a token from an address that cannot be trusted with credentials")
        query = {"service": asked.get("service", ""), "scope": asked.get("scope") or f"repository:{self._path}:pull"}
        url = f"{realm.geturl()}{'&' if realm.query else '?'}{urlencode({k: v for k, v in query.items() if v})}"
        answer = _sent(self._manager, "GET", url, self._basic() if self._login else {}, self._place.host)
        try:
            said = json.loads(_body(answer)) if answer.status == 200 else {}
            token = said.get("token") or said.get("access_token")
        except (ValueError, AttributeError):
            token = None
        if not token:
            raise self._refused(
                f"its token service {realm.hostname} says {answer.status} {answer.reason or ''}".strip()
            )
        return {"Authorization": f"Bearer {token}"}

    def _basic(self) -> dict[str, str]:
        import urllib3

        if self._login is None:
            raise self._refused("401 Unauthorized")
        return {
            "Authorization": urllib3.make_headers(basic_auth=f"{self._login.username}:{self._login.password}")[
                "authorization"
            ]
        }

    def _refused(self, reason: str) -> errors.Unauthorized:
        way = "name a pull secret in imagePullSecrets, or give username and password in registries."
        whose = (
            f"with the credentials from {self._login.origin}; correct them."
            if self._login
            else f"without credentials; {way}"
        )
        return errors.Unauthorized(f"{self._place.host} does not show {self._path} ({masked(reason)}) {whose}")

    def _unexpected(self, answer: urllib3.BaseHTTPResponse) -> errors.Unreachable:
        title = f"{answer.status} {answer.reason or ''}".strip()
        return errors.Unreachable(
            f"registry {self._place.host} says {title} when asked for {self._path}; try again later."
        )


def _sent(
    manager: urllib3.PoolManager, method: str, url: str, headers: t.Mapping[str, str], host: str
) -> urllib3.BaseHTTPResponse:
    import urllib3

    try:
        return manager.request(
            method, url, headers={"User-Agent": "steady.rollout", **headers}, preload_content=method == "HEAD"
        )
    except Exception as error:  # whatever it was, nobody answered
        inner = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
        why = masked(sender.broken(inner, _TIMEOUT).detail)
        raise errors.Unreachable(f"registry {host} does not answer at {url.partition('/v2/')[0]}: {why}.") from None


def _body(answer: urllib3.BaseHTTPResponse) -> bytes:
    return answer.read(_LARGEST, decode_content=True)


def _retries() -> urllib3.Retry:
    """Once more for what may pass; redirects are followed, without the credentials when they lead elsewhere."""
    import urllib3

    return urllib3.Retry(
        total=4,
        connect=1,
        read=1,
        status=2,
        redirect=3,
        backoff_factor=0.3,
        status_forcelist=_ASKED_AGAIN,
        raise_on_status=False,
        respect_retry_after_header=False,
    )


def _in_order(tag: str) -> list[tuple[int, int, str]]:
    """2.9 before 2.10."""
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", tag)]


def _endpoint(url: str, where: str) -> str:
    """Raises InvalidInput where it is no address of a server alone."""
    try:
        parts = urlsplit(url.rstrip("/"))
        proper = parts.scheme in ("http", "https") and parts.hostname and not parts.username and not parts.query
        _port = parts.port
    except ValueError:
        proper = False
    if url and not proper:
        raise errors.InvalidInput(
            f"{where}.endpoint has to be an address without user and password, such as http://10.0.0.5:5000."
        )
    return url.rstrip("/")
