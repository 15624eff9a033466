# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images: a folder with a Containerfile becomes an image in the lab's registry, once per content."""

from __future__ import annotations

import json
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steady_lab import artefacts, golang, settings
from steady_lab.commands import run
from steady_lab.console import Console
from steady_lab.errors import LabError

RECORDS = settings.ARTEFACTS / "images"
MANIFESTS = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class Image:
    """An image to push: its names, the folder with its Containerfile, artefacts to add to it, others it is made from."""

    names: tuple[str, ...]
    context: Path
    parts: tuple[artefacts.Artefact, ...] = ()
    needs: tuple[artefacts.Artefact, ...] = ()
    complete: Callable[[Path], None] = lambda context: None
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def can_be_built(self) -> bool:
        return all(artefact.there for artefact in (*self.parts, *self.needs))

    @property
    def key(self) -> str:
        made_from = [artefact.folder.name for artefact in (*self.parts, *self.needs)]
        arguments = [f"{name}={value}" for name, value in sorted(self.arguments.items())]
        return artefacts.key_of((self.context, *made_from, *arguments))


def digest_in_registry(name: str) -> str | None:
    """The digest of what a name stands for in the lab's registry; None when it has no such image."""
    repository, tag = name.rsplit(":", 1)
    address = f"http://{settings.REGISTRY}/v2/{repository}/manifests/{tag}"
    request = urllib.request.Request(address, method="HEAD", headers={"Accept": MANIFESTS})
    try:
        with urllib.request.urlopen(request, timeout=10.0) as answer:
            return str(answer.headers["Docker-Content-Digest"])
    except urllib.error.HTTPError:
        return None
    except OSError as error:
        at = settings.REGISTRY
        raise LabError(f"The lab's registry at {at} does not answer ({error}); `make lab` starts it.") from error


def record_of(name: str) -> Path:
    return RECORDS / f"{name.replace('/', '_')}.json"


def pushed(image: Image) -> bool:
    """Whether the registry has exactly this image under all its names."""
    try:
        records = [json.loads(record_of(name).read_text()) for name in image.names]
    except (FileNotFoundError, ValueError):
        return False
    if any(record["key"] != image.key for record in records):
        return False
    return all(digest_in_registry(name) == record["digest"] for name, record in zip(image.names, records, strict=True))


def ensure(image: Image, console: Console) -> bool:
    """Build and push an image that the registry does not have; whether that was needed."""
    if pushed(image):
        return False
    more = f" and {len(image.names) - 1} more names" if image.names[1:] else ""
    prefix = f"{artefacts.UNFINISHED}image-"
    with (
        console.step(f"image {image.names[0]}{more}"),
        tempfile.TemporaryDirectory(prefix=prefix, dir=settings.ARTEFACTS) as scratch,
    ):
        build_and_push(image, Path(scratch))
    return True


def build_and_push(image: Image, scratch: Path) -> None:
    context = scratch / "context"
    artefacts.copy_content(image.context, context)
    for part in image.parts:
        artefacts.copy_content(part.folder, context)
    image.complete(context)
    # A store of its own that goes with the scratch folder: nothing piles up, and no other user of buildah is disturbed.
    buildah = ("buildah", "--storage-driver=vfs", f"--root={scratch / 'store'}", f"--runroot={scratch / 'run'}")
    given = [f"--build-arg={name}={value}" for name, value in image.arguments.items()]
    options = ("--quiet", "--isolation=chroot", "--layers=false", "--timestamp=0")
    local = run(*buildah, "build", *options, *given, f"--file={context / 'Containerfile'}", context).strip()
    first = image.names[0]
    target = f"docker://{settings.REGISTRY}/{first}"
    # containerd unpacks zstd several times as fast as gzip.
    run(*buildah, "push", "--quiet", "--tls-verify=false", "--format=oci", "--compression-format=zstd", local, target)
    for name in image.names[1:]:
        plain = ("--src-tls-verify=false", "--dest-tls-verify=false")
        run("skopeo", "copy", "--quiet", *plain, target, f"docker://{settings.REGISTRY}/{name}")
    for name in image.names:
        RECORDS.mkdir(parents=True, exist_ok=True)
        record_of(name).write_text(json.dumps({"key": image.key, "digest": digest_in_registry(name)}))


def from_folder(context: Path, name: str, arguments: Mapping[str, str], flags: str) -> Image:
    """The image of somebody's folder; a Go module in it is built first, to bin/ and the name of the image."""
    if not (context / "Containerfile").is_file():
        raise LabError(
            f"{context} has no Containerfile; `lab/lab image FOLDER NAME:TAG` builds the image it describes."
        )
    repository, _colon, tag = name.rpartition(":")
    if not repository or "/" in tag:
        raise LabError(f"{name} has no tag; write NAME:TAG, as in app:1.0.")
    if not (context / "go.mod").is_file():
        return Image((name,), context, arguments=arguments)
    program = golang.program(repository.rpartition("/")[2], context, flags)
    return Image((name,), context, (program,), arguments=arguments)
