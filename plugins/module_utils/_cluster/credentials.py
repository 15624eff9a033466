# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of every kind that the ``kubernetes`` package can load, as an address, a pool and headers; it is asked where it is needed."""

from __future__ import annotations

import base64
import os
import socket
import sys
import tempfile
import threading
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._cluster import plain, pool
from ansible_collections.steady.rollout.plugins.module_utils._cluster.identity import Identity, identify
from ansible_collections.steady.rollout.plugins.module_utils._cluster.origin import Origin, default_location
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from kubernetes.client import Configuration
    from urllib3 import HTTPHeaderDict, PoolManager

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options

_LOADING = threading.Lock()
"""The library keeps its temporary files, and logs what credential plugins complain of, for the process as a whole."""


@dataclass(frozen=True)
class Access:
    """What one loading of the credentials gave."""

    url: str
    server: str
    source: str
    pool: PoolManager
    identity: Identity
    verified: bool
    """Whether the server has to prove who it is."""
    endpoint: dict[str, t.Any]
    """The cluster's entry in a kubeconfig for somebody else: address, CA and proxy, nothing of who we are."""


class Credentials:
    """The way in to one API server, which can be loaded anew while threads use it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self.access = _load(options)

    def reload(self, stale: Access) -> Access:
        """Read files and run plugins again, unless another thread has done so since ``stale`` was current."""
        with self._lock:
            if self.access is stale:
                self.access = _load(self._options)
            return self.access

    def headers(self, access: Access) -> HTTPHeaderDict:
        """The headers that say who asks; a token near its end is renewed first."""
        with self._lock:
            return access.identity.headers()

    @property
    def caution(self) -> str:
        """What the user should know about this way in; empty when there is nothing."""
        if self.access.verified:
            return ""
        return (
            f"The certificate of API server {self.access.server} is not checked (validate_certs or K8S_AUTH_VERIFY_SSL is false, or"
            " the kubeconfig says insecure-skip-tls-verify): whoever is on the way can read the credentials and answer in its place."
            " Give the server's CA with ca_cert instead."
        )


def _load(options: Options) -> Access:
    # The library removes its temporary key files at exit only, and on some Pythons not even then.
    with _LOADING, tempfile.TemporaryDirectory(prefix=pool.FOLDER_PREFIX) as folder:
        try:
            configuration, origin = _configure(options, folder)
            connections = pool.open_pool(configuration, origin.text)
            who = identify(options, configuration, origin)
            endpoint = _endpoint(configuration)
        finally:
            _forget_files()
    url = configuration.host.rstrip("/")
    verified = bool(configuration.verify_ssl) or not url.startswith("https:")
    return Access(url, _server(url), origin.text, connections, who, verified, endpoint)


def _endpoint(configuration: Configuration) -> dict[str, t.Any]:
    entry: dict[str, t.Any] = {"server": configuration.host.rstrip("/")}
    if entry["server"].startswith("https:") and not configuration.verify_ssl:
        entry["insecure-skip-tls-verify"] = True
    elif configuration.ssl_ca_cert:
        with open(configuration.ssl_ca_cert, "rb") as file:
            entry["certificate-authority-data"] = base64.b64encode(file.read()).decode()
    if configuration.tls_server_name:
        entry["tls-server-name"] = configuration.tls_server_name
    if configuration.proxy:
        parts = urlsplit(configuration.proxy)
        entry["proxy-url"] = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return entry


def _forget_files() -> None:
    """Up to version 32 the library would hand out the names of files that are gone when loading again."""
    library: t.Any = sys.modules.get("kubernetes.config.kube_config")
    if library:
        library._cleanup_temp_files()


def _require_library() -> None:
    where = f"for {sys.executable} on {socket.gethostname()}"
    try:
        import kubernetes
    except ImportError as error:
        raise errors.InvalidInput(
            f"The Python package kubernetes is missing {where} ({error}). "
            f"Install it: {sys.executable} -m pip install 'kubernetes>=29,!=36.0.0,!=36.0.1'"
        ) from error
    version = kubernetes.__version__
    if version in ("36.0.0", "36.0.1") or int(version.partition(".")[0]) < 29:
        # 36.0.0 and 36.0.1 send no token: https://github.com/kubernetes-client/python/issues/2582
        raise errors.InvalidInput(
            f"The Python package kubernetes {version} {where} cannot be used; "
            "this collection needs >=29, !=36.0.0, !=36.0.1."
        )


def _configure(options: Options, folder: str) -> tuple[Configuration, Origin]:
    """The configuration, options first, and where the address comes from."""
    known = plain.configure(options, folder)
    configuration, origin = (t.cast("Configuration", known[0]), known[1]) if known else _by_library(options, folder)
    overrides = {
        "host": options.host,
        "verify_ssl": options.validate_certs,
        "ssl_ca_cert": options.ca_cert,
        "cert_file": options.client_cert,
        "key_file": options.client_key,
        "proxy": options.proxy,
        "no_proxy": options.no_proxy,
    }
    for name, value in overrides.items():
        if value is not None:
            setattr(configuration, name, value)
    if options.proxy_headers:
        from urllib3.util import make_headers

        configuration.proxy_headers = make_headers(**t.cast("t.Any", options.proxy_headers))
    _require_url(configuration.host, origin.text)
    return configuration, origin


def _by_library(options: Options, folder: str) -> tuple[Configuration, Origin]:
    _require_library()
    from kubernetes.client import Configuration

    configuration = Configuration()
    return configuration, _base(options, configuration, folder)


def _base(options: Options, configuration: Configuration, folder: str) -> Origin:
    """In ``kubernetes.core``'s order: options that suffice, the kubeconfig named, the pod's own, the default one."""
    from kubernetes import config

    from ansible_collections.steady.rollout.plugins.module_utils._cluster import kubeconfig

    if plain.suffices(options):
        return Origin("the option host")
    if options.kubeconfig or options.context:
        return kubeconfig.load(options, configuration, folder)
    try:
        config.load_incluster_config(client_configuration=configuration)
        return Origin("the pod's service account")
    except config.ConfigException:
        if options.host and not kubeconfig.exists(default_location()):
            return Origin("the option host, without credentials")
        return kubeconfig.load(options, configuration, folder)


def _require_url(url: str, source: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.InvalidInput(
            f"The API server's address {url!r} (from {source}) is not a URL; write https://HOST:PORT."
        )


def _server(url: str) -> str:
    """``host:port``, for people."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{port}{os.path.normpath(parts.path) if parts.path.strip('/') else ''}"
