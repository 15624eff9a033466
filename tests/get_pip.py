# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the get-pip script that ansible-test wants where it looks, for machines that reach package registries only.

ansible-test fetches a get-pip of one fixed version from its own server, and names this folder as the place for a copy
put there by hand. Like the original, the script carries pip's wheel inside itself.
"""

from __future__ import annotations

import base64
import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile

SCRIPT = """\
import base64, os, pathlib, sys, tempfile

with tempfile.TemporaryDirectory() as directory:
    wheel = pathlib.Path(directory, {name!r})
    wheel.write_bytes(base64.b85decode({data!r}))
    sys.path.insert(0, str(wheel))
    from pip._internal.cli.main import main
    asked = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
    wanted = [str(wheel) if word.startswith("pip==") else word for word in asked]
    sys.exit(main(["install", "--upgrade", "--force-reinstall", *wanted]))
"""


def wanted_version() -> str:
    spec = importlib.util.find_spec("ansible_test")
    assert spec is not None and spec.submodule_search_locations
    source = pathlib.Path(spec.submodule_search_locations[0], "_internal", "python_requirements.py").read_text()
    found = re.search(r"\bpip='([\d.]+)'", source)
    if not found:
        sys.exit("ansible-test no longer says which pip it bootstraps where tests/get_pip.py reads it")
    return found[1]


def main() -> None:
    version = wanted_version()
    script = pathlib.Path("~/.ansible/test/cache").expanduser() / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--only-binary=:all:", "-d", directory, f"pip=={version}"], check=True)
        wheel = next(pathlib.Path(directory).glob("pip-*.whl"))
        text = SCRIPT.format(name=wheel.name, data=base64.b85encode(wheel.read_bytes()))
    script.parent.mkdir(parents=True, exist_ok=True)
    partial = script.with_suffix(".partial")
    partial.write_text(text)
    partial.rename(script)


if __name__ == "__main__":
    main()
