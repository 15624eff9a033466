# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates made for one test run."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import ssl
import typing as t
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in PEM files."""

    certificate: Path
    key: Path

    @property
    def inline(self) -> tuple[str, str]:
        """Both as a kubeconfig has them in its ``*-data``."""
        certificate, key = (base64.b64encode(path.read_bytes()).decode() for path in (self.certificate, self.key))
        return certificate, key


class Authority:
    """A CA such as older clusters have: without the key identifiers that Python 3.13 would like."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name("kubernetes")
        self.own = self._sign("ca", self._key, self._subject, x509.BasicConstraints(ca=True, path_length=None))

    def issue(self, name: str, days: float = 1.0) -> Pair:
        """A certificate for 127.0.0.1 and the DNS name, good for servers and clients for so many days from now."""
        names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return self._sign(name, ec.generate_private_key(ec.SECP256R1()), _name(name), names, days)

    def serving(self, pair: Pair, *, asks_clients: bool) -> ssl.SSLContext:
        """A server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        if asks_clients:
            context.load_verify_locations(self.own.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _sign(
        self, file: str, key: ec.EllipticCurvePrivateKey, subject: x509.Name, extension: t.Any, days: float = 1.0
    ) -> Pair:
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=9))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(extension, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        pair = Pair(self._folder / f"{file}.crt", self._folder / f"{file}.key")
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
