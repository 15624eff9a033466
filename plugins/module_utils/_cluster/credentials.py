# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of every kind that the ``kubernetes`` package can load, as an address, a pool and headers."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._cluster import kubeconfig, pool
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from kubernetes.client import Configuration
    from urllib3 import HTTPHeaderDict, PoolManager

    from ansible_collections.steady.rollout.plugins.module_utils._cluster.options import Options


@dataclass(frozen=True)
class Access:
    """What one loading of the credentials gave."""

    url: str
    server: str
    source: str
    pool: PoolManager
    authorization: t.Callable[[], str]


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
        from urllib3._collections import HTTPHeaderDict

        headers = HTTPHeaderDict()
        with self._lock:
            authorization = access.authorization()
        if authorization:
            headers["Authorization"] = authorization
        if self._options.impersonate_user:
            headers["Impersonate-User"] = self._options.impersonate_user
        for group in self._options.impersonate_groups:
            headers.add("Impersonate-Group", group)
        return headers


def _load(options: Options) -> Access:
    _require_library()
    from kubernetes.config import kube_config

    # The library removes its temporary key files at exit only, and on some Pythons not even then.
    with tempfile.TemporaryDirectory(prefix=pool.FOLDER_PREFIX) as folder:
        try:
            configuration, source = _configure(options, folder)
            connections = pool.open_pool(configuration, source)
        finally:
            # Up to 32 it would hand out the names of files that are gone when loading again.
            kube_config._cleanup_temp_files()
    url = configuration.host.rstrip("/")
    return Access(url, _server(url), source, connections, _authorization(options, configuration))


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


def _configure(options: Options, folder: str) -> tuple[Configuration, str]:
    """The library's configuration, options first, and where the address comes from."""
    from kubernetes.client import Configuration

    configuration = Configuration()
    source = _base(options, configuration, folder)
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
    _require_url(configuration.host, source)
    return configuration, source


def _base(options: Options, configuration: Configuration, folder: str) -> str:
    """In ``kubernetes.core``'s order: options that suffice, the kubeconfig named, the pod's own, the default one."""
    from kubernetes import config

    known_by = (
        options.api_key or (options.username and options.password) or (options.client_cert and options.client_key)
    )
    if options.host and known_by:
        return "the option host"
    if options.kubeconfig or options.context:
        return kubeconfig.load(options, configuration, folder)
    try:
        config.load_incluster_config(client_configuration=configuration)
        return "the pod's service account"
    except config.ConfigException:
        if options.host and not kubeconfig.exists(kubeconfig.default_location()):
            return "the option host, without credentials"
        return kubeconfig.load(options, configuration, folder)


def _authorization(options: Options, configuration: Configuration) -> t.Callable[[], str]:
    if options.api_key:
        return lambda: f"Bearer {options.api_key}"
    if options.username and options.password:
        from urllib3.util import make_headers

        basic = make_headers(basic_auth=f"{options.username}:{options.password}")["authorization"]
        return lambda: basic
    return lambda: _token(configuration)


def _token(configuration: Configuration) -> str:
    settings = t.cast("dict[str, dict[str, t.Any]]", configuration.auth_settings())
    return next((str(setting["value"]) for setting in settings.values()), "")


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
