# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import ssl
from pathlib import Path

from steady_bench.counting import Count, kubeconfig, made


def test_its_certificate_satisfies_a_strict_client(tmp_path: Path) -> None:
    certificate = tmp_path / "proxy.pem"
    key = made(certificate)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(certificate))
    server.load_cert_chain(certificate, key)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    wires = [ssl.MemoryBIO() for _side in range(4)]
    ends = (
        server.wrap_bio(wires[0], wires[1], server_side=True),
        client.wrap_bio(wires[2], wires[3], server_hostname="127.0.0.1"),
    )
    for _turn in range(4):
        for end in (ends[1], ends[0]):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                wires[0].write(wires[3].read())
                wires[2].write(wires[1].read())
    assert ends[1].getpeercert()["subject"] == ((("commonName", "bench"),),)


def test_a_kubeconfig_leads_to_the_proxy(tmp_path: Path) -> None:
    certificate = tmp_path / "proxy.pem"
    certificate.write_bytes(b"PEM")
    config = kubeconfig("https://127.0.0.1:1", certificate, "bench-1")
    cluster = config["clusters"][0]["cluster"]
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"PEM"
    assert config["contexts"][0]["context"]["namespace"] == "bench-1"


def test_counting_begins_anew(tmp_path: Path) -> None:
    count = Count(tmp_path)
    count.asked["get /a"] = 3
    count.asked["list /b"] = 2
    assert count.requests == 5
    count.begin()
    assert (count.requests, count.answered) == (0, 0)
