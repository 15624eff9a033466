# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to one address, through the proxy that the environment names for it."""

from __future__ import annotations

import ssl
import typing as t
import urllib.request
from urllib.parse import urlsplit

from ansible_collections.steady.rollout.plugins.module_utils._http import plan, sender
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

if t.TYPE_CHECKING:
    import urllib3


def manager(url: str, *, validate_certs: bool = True, ca_cert: str = "", **how: t.Any) -> urllib3.PoolManager:
    """The connections; certificates are trusted that the system trusts, and those in the file ``ca_cert``. Raises InvalidInput for that."""
    import urllib3

    parts = urlsplit(url)
    tls = sender.tls_for(plan.Plan(url, 1, 1, validate_certs=validate_certs))
    how |= {} if tls is None else {"ssl_context": tls}
    if tls is not None and not validate_certs:
        how |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if tls is not None and ca_cert:
        # Private authorities often lack the key identifiers that Python 3.13 asks for.
        tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
        try:
            tls.load_verify_locations(ca_cert)
        except OSError as reason:
            text = f"ca_cert: {ca_cert} cannot be read as certificates (PEM): {reason.strerror or reason}."
            raise errors.InvalidInput(text) from None
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return urllib3.PoolManager(**how)
    login = urllib3.util.parse_url(proxy).auth
    asked = urllib3.make_headers(proxy_basic_auth=login) if login else None
    return urllib3.ProxyManager(proxy, proxy_headers=asked, **how)
