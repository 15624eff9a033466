# SPDX-License-Identifier: GPL-3.0-or-later
"""What users install: the built collection holds what they need and nothing else, and works where nothing else is."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import typing as t

import pytest
import yaml

from ansible_collections.steady.rollout.plugins.module_utils._rollout import objects, resources
from ansible_collections.steady.rollout.tests.integration import accounts

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._cluster.cluster import ApiCluster

CHECKOUT = pathlib.Path(__file__).parents[2]
CACHE = pathlib.Path(os.environ.get("STEADY_ROLLOUT_CACHE") or pathlib.Path.home() / ".cache" / "steady-rollout")
HELD = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "TESTING.md",
    "changelogs",
    "docs",
    "execution-environment.yml",
    "extensions",
    "inventory",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}
"""What stands at its top. README leads to CONTRIBUTING and TESTING, REUSE says under which licence files without a header are."""
LINK = re.compile(r"\]\(([^)#\s:]+)[)#]")


def said(*command: str | pathlib.Path, at: pathlib.Path, **environment: str) -> str:
    """All that a command said; it has to end well."""
    done = subprocess.run(
        command,
        cwd=at,
        env=environment or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The collection as it is built here."""
    folder = tmp_path_factory.mktemp("built")
    said("ansible-galaxy", "collection", "build", "--output-path", folder, at=CHECKOUT)
    (built,) = folder.glob("*.tar.gz")
    return built


@pytest.fixture
def programs() -> pathlib.Path:
    """The programs of an environment that has Ansible and what requirements.txt names; made on the first call, in the cache folder."""
    core = f"ansible-core=={importlib.metadata.version('ansible-core')}"
    wanted, pinned = CHECKOUT / "requirements.txt", CHECKOUT / "tests" / "constraints.txt"
    recipe = hashlib.sha256("\0".join((core, sys.version, wanted.read_text(), pinned.read_text())).encode())
    place = CACHE / f"installed-{recipe.hexdigest()[:10]}"
    with (CACHE / "installed.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not (place / ".complete").exists():
            said(sys.executable, "-m", "venv", "--clear", place, at=CACHE)
            said(place / "bin" / "pip", "install", "-q", core, "-r", wanted, "-c", pinned, at=CACHE)
            (place / ".complete").touch()
    return place / "bin"


def test_the_archive_holds_what_users_need(archive: pathlib.Path) -> None:
    with tarfile.open(archive) as opened:
        pages = {name: opened.extractfile(name) for name in opened.getnames() if name.endswith(".md")}
        texts = {name: page.read().decode() for name, page in pages.items() if page}
        everything, files = set(opened.getnames()), {member.name for member in opened if member.isfile()}
    assert {name.partition("/")[0] for name in everything} == HELD
    assert not {name for name in everything if name.startswith(("docs/docsite", "inventory/lab"))}
    ours = said("git", "ls-files", "--cached", "--others", "--exclude-standard", at=CHECKOUT).splitlines()
    assert files - set(ours) == {"MANIFEST.json", "FILES.json"}
    linked = {
        (name, link, posixpath.normpath(posixpath.join(posixpath.dirname(name), link)))
        for name, text in texts.items()
        for link in LINK.findall(text)
    }
    assert len(linked) > 100
    assert [(name, link) for name, link, path in linked if path not in everything] == []


def test_installed_into_an_empty_place_it_deploys_upgrades_and_rolls_back(
    archive: pathlib.Path, programs: pathlib.Path, cluster: ApiCluster, namespace: str, tmp_path: pathlib.Path
) -> None:
    place, work = tmp_path / "collections" / "ansible_collections", tmp_path / "work"
    # The one collection that it asks for, from where this environment has it: Galaxy is not asked.
    needed = pathlib.Path(sysconfig.get_path("purelib"), "ansible_collections", "kubernetes", "core")
    shutil.copytree(needed, place / "kubernetes" / "core")
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(place.parent),
    }
    install = ("ansible-galaxy", "collection", "install", "--offline", "-p", place.parent, archive)
    assert "steady.rollout" in said(*install, at=tmp_path, **environment)
    shutil.copytree(place / "steady" / "rollout" / "inventory" / "sample", work / "inventory")
    (tmp_path / ".kube").mkdir()
    shutil.copy(os.environ["KUBECONFIG"], tmp_path / ".kube" / "config")
    variables = work / "inventory" / "group_vars" / "all" / "workload.yml"
    own = {"workload_namespace": namespace, "workload_image": accounts.IMAGE, "workload_replicas": 1}
    variables.write_text(yaml.safe_dump({**yaml.safe_load(variables.read_text()), **own}))
    for playbook, asked, version in (
        ("deploy", ("-e", "version=1.0"), "1.0"),
        ("upgrade", ("-e", "version=2.0"), "2.0"),
        ("rollback", (), "1.0"),
    ):
        said("ansible-playbook", f"steady.rollout.{playbook}", "-i", "inventory", *asked, at=work, **environment)
        runs = objects.images(objects.template(cluster.read(resources.DEPLOYMENT, namespace, "app")))
        assert runs == {"app": f"{accounts.IMAGE}:{version}"}
