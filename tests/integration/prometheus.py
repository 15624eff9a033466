# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prometheus on the loopback that watches itself: Debian's own package, unpacked in the cache and not installed."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import typing as t
import urllib.request

CACHE = pathlib.Path(os.environ.get("STEADY_ROLLOUT_CACHE") or pathlib.Path.home() / ".cache" / "steady-rollout")
CHECKOUT = pathlib.Path(__file__).parents[2]
CONTAINERFILE = """\
FROM scratch
COPY root /
ENTRYPOINT ["/usr/bin/prometheus"]
"""
CONFIGURATION = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: itself
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def program() -> pathlib.Path:
    """The unpacked program; fetched once, with apt and so against its signatures."""
    folder = CACHE / "prometheus"
    found = folder / "usr" / "bin" / "prometheus"
    if not found.exists():
        with tempfile.TemporaryDirectory() as download:
            subprocess.run(["apt-get", "download", "-q", "prometheus"], cwd=download, check=True, capture_output=True)
            (package,) = pathlib.Path(download).glob("*.deb")
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    return found


def image() -> str:
    """It as an image in the lab's registry, with the libraries that it needs; built and pushed where that lacks it."""
    name = "prometheus:debian"
    with tempfile.TemporaryDirectory() as made:
        context = pathlib.Path(made)
        (context / "Containerfile").write_text(CONTAINERFILE)
        needed = [word for word in words("ldd", program()).split() if word.startswith("/")]
        for file, place in ((program(), "/usr/bin/prometheus"), *((pathlib.Path(word), word) for word in needed)):
            copy = context / "root" / place.lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file.resolve(), copy)
        words(CHECKOUT / "lab" / "lab", "image", context, name)
    return f"registry.lab:5000/{name}"


def words(*command: str | pathlib.Path) -> str:
    """What a program says that ends well."""
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


class Prometheus:
    """One that runs, until it is ended."""

    def __init__(self, folder: pathlib.Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        (folder / "prometheus.yml").write_text(CONFIGURATION.format(port=port))
        command = [
            str(program()),
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        self._until_it_has_data(folder / "log")

    def _until_it_has_data(self, log: pathlib.Path) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/api/v1/query?query=up", timeout=5) as answer,
            ):
                if b'"1"]' in answer.read():
                    return
            time.sleep(0.2)
        self.end()
        raise AssertionError(f"Prometheus does not answer: {log.read_text()[-2000:]}")

    def end(self) -> None:
        """End it; a second time is fine."""
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


@contextlib.contextmanager
def running(folder: pathlib.Path) -> t.Iterator[Prometheus]:
    """A Prometheus that has measured something already."""
    started = Prometheus(folder)
    try:
        yield started
    finally:
        started.end()
