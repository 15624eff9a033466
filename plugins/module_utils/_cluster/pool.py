# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections to one API server: TLS, proxy, keep-alive."""

from __future__ import annotations

import os
import socket
import ssl
import typing as t
from urllib.parse import SplitResult, unquote, urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._cluster import transport
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    from kubernetes.client import Configuration
    from urllib3 import PoolManager

FOLDER_PREFIX = "steady.rollout-"
"""Marks the temporary folder of inline keys, whose names mean nothing to the user."""

_CONNECTIONS = 32


def open_pool(configuration: Configuration, source: str) -> PoolManager:
    """A pool that needs none of the configuration's files any more; ``source`` says where those come from."""
    import urllib3
    from urllib3.connection import HTTPConnection

    arguments: dict[str, t.Any] = {
        "maxsize": _CONNECTIONS,
        "socket_options": [*HTTPConnection.default_socket_options, *_keep_alive()],
    }
    if configuration.host.startswith("https"):
        arguments["ssl_context"] = _tls(configuration, source)
        if configuration.tls_server_name:
            arguments["server_hostname"] = configuration.tls_server_name
        if not configuration.verify_ssl:
            arguments["assert_hostname"] = False
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    proxy = configuration.proxy
    if not proxy or _bypassed(configuration.host, configuration.no_proxy or ""):
        return urllib3.PoolManager(**arguments)
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h") or not parts.hostname:
        raise errors.InvalidInput("The proxy's address is not a URL; write http://HOST:PORT.")
    if parts.scheme.startswith("socks"):
        return _socks(proxy, arguments)
    headers = {**_login(parts), **(configuration.proxy_headers or {})}
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **arguments)


def _login(proxy: SplitResult) -> dict[str, str]:
    """What the address of a proxy says before its ``@``; urllib3 does not send it by itself."""
    from urllib3.util import make_headers

    if not proxy.username:
        return {}
    return dict(make_headers(proxy_basic_auth=f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"))


def _tls(configuration: Configuration, source: str) -> ssl.SSLContext:
    """TLS with all files read: the library keeps inline keys in temporary files, which can go once this returns."""
    import urllib3

    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    except (OSError, ssl.SSLError) as error:
        raise _unusable("CA certificate", configuration.ssl_ca_cert, source, error) from error
    # Python 3.13 turned this on; the CAs of EKS and of older kubeadm clusters lack an extension that it asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # urllib3 1.26 cannot leave IP addresses to OpenSSL; it compares names itself then.
    context.check_hostname = configuration.verify_ssl and hasattr(urllib3, "BaseHTTPResponse")
    if not configuration.verify_ssl:
        context.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        _show_certificate(context, configuration, source)
    return context


def _show_certificate(context: ssl.SSLContext, configuration: Configuration, source: str) -> None:
    def no_passphrase() -> t.NoReturn:
        raise _Encrypted

    certificate, key = str(configuration.cert_file), configuration.key_file
    try:
        context.load_cert_chain(certificate, key, no_passphrase)
    except _Encrypted:
        place = _place(key or certificate, source)
        raise errors.InvalidInput(
            f"The client key {place} is encrypted, and nobody is there to be asked for its passphrase; give one that is not."
        ) from None
    except FileNotFoundError as error:
        missing = certificate if not os.path.exists(certificate) else key
        raise _unusable("client certificate or key", missing, source, error) from error
    except (OSError, ssl.SSLError) as error:
        if getattr(error, "reason", "") is None:
            raise errors.InvalidInput(
                f"The client certificate {_place(certificate, source)} cannot be used: it or its key is not in PEM format, or the"
                " key is missing (option client_key)."
            ) from error
        raise _unusable("client certificate or key", certificate, source, error) from error


class _Encrypted(Exception):
    """OpenSSL would ask at the terminal."""


def _unusable(what: str, path: str | None, source: str, error: Exception) -> errors.InvalidInput:
    return errors.InvalidInput(f"The {what} {_place(path, source)} cannot be used: {transport.in_words(error)}.")


def _place(path: str | None, source: str) -> str:
    return path if path and FOLDER_PREFIX not in path else f"of {source}"


def _socks(proxy: str, arguments: dict[str, t.Any]) -> PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager
    except ImportError as error:
        raise errors.InvalidInput(
            "A SOCKS proxy needs the Python package PySocks; install it, or use an HTTP proxy."
        ) from error
    return SOCKSProxyManager(proxy, **arguments)


def _keep_alive() -> list[tuple[int, int, int]]:
    """Probes that notice a dead peer of a silent watch within half a minute."""
    probes = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
    known = {name: value for name, value in probes.items() if hasattr(socket, name)}
    return [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in known.items()),
    ]


def _bypassed(url: str, no_proxy: str) -> bool:
    """Whether ``no_proxy`` (hosts, domains, addresses, networks, or ``*``) names the URL's host."""
    host = urlsplit(url).hostname or ""
    return any(_covers(entry.strip().lower(), host) for entry in no_proxy.split(",") if entry.strip())


def _covers(entry: str, host: str) -> bool:
    import ipaddress

    domain = entry.lstrip("*.")
    if entry == "*" or host == domain or (domain and host.endswith(f".{domain}")):
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
