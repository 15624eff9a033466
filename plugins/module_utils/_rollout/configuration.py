# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration that is deployed with a workload: immutable ConfigMaps and Secrets, named after what is in them.

A name is the one that people gave and ten digits of a hash of workload and content, so that another content is another object, a
pod template says which one it runs with, and an earlier template still finds its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors, masking, objects, options
from ansible_collections.steady.rollout.plugins.module_utils._rollout.difference import HIDDEN
from ansible_collections.steady.rollout.plugins.module_utils._rollout.options import Option

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.references import Name
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

Json = dict[str, t.Any]

LABEL = "steady.rollout/configures"
KINDS = {"config": "ConfigMap", "secrets": "Secret"}
"""The option that brings each kind along."""
CHANGED = f"{HIDDEN[:-1]}, changed)"

_OPTIONS = {
    "config": (Option("data", "table", {}), Option("binary_data", "table", {})),
    "secrets": (Option("string_data", "table", {}), Option("data", "table", {}), Option("type", "text", "Opaque")),
}
_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_DIGITS = 10
_LONGEST_NAME = 253 - _DIGITS - 1
_LONGEST_LABEL = 63
_MOST_BYTES = 1024 * 1024
_ROUNDS = {"ConfigMap": 1, "Secret": 100_000}
"""Everybody who may read pods sees the name of a Secret: many rounds, so that it is of no use for guessing short passwords."""


@dataclass(frozen=True)
class Item:
    """A ConfigMap or Secret of a workload. ``name`` is what people call it, ``full_name`` what the cluster does."""

    kind: str
    name: str
    full_name: str
    content: Json

    @property
    def key(self) -> Name:
        """As a pod template names it before it is deployed."""
        return self.kind, self.name

    def manifest(self, reference: Reference, owner: Json | None) -> Json:
        """The object; it goes with its owner, the workload, where that is known already."""
        owners = (
            [
                {
                    "apiVersion": owner["apiVersion"],
                    "kind": reference.kind,
                    "name": reference.name,
                    "uid": objects.uid(owner),
                }
            ]
            if owner
            else []
        )
        return {
            "apiVersion": "v1",
            "kind": self.kind,
            "metadata": {
                "name": self.full_name,
                "namespace": reference.namespace,
                "labels": {LABEL: label(reference)},
                **({"ownerReferences": owners} if owners else {}),
            },
            "immutable": True,
            **self.content,
        }

    def is_there(self, present: t.Iterable[Json], owner: Json | None) -> bool:
        """Whether one of these objects is this very one and goes with that owner."""
        return any(
            (item["kind"], objects.name(item)) == (self.kind, self.full_name)
            and item.get("immutable") is True
            and _content(item) == _content(self.content)
            and owned(item, owner)
            for item in present
        )


def label(reference: Reference) -> str:
    """The value by which the objects of a workload are found."""
    value = f"{reference.kind.lower()}.{reference.name}"
    if len(value) <= _LONGEST_LABEL:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()[:_DIGITS]
    return f"{value[: _LONGEST_LABEL - _DIGITS - 1].rstrip('-.')}-{digest}"


def owned(item: Json, owner: Json | None) -> bool:
    """Whether the object goes when that owner does."""
    references = objects.metadata(item).get("ownerReferences") or ()
    return owner is not None and any(entry.get("uid") == objects.uid(owner) for entry in references)


def parse(option: str, given: t.Any, reference: Reference) -> tuple[Item, ...]:
    """The items that ``config`` or ``secrets`` brings along for that workload. Raises InvalidInput, which never shows a value."""
    if not isinstance(given, dict):
        raise errors.InvalidInput(f"{option}: it must be a dictionary, a name to what is in it. Nothing was changed.")
    return tuple(_item(option, name, entry, reference) for name, entry in given.items())


def _item(option: str, name: t.Any, entry: t.Any, reference: Reference) -> Item:
    where, kind = f"{option}.{name}", KINDS[option]
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise errors.InvalidInput(
            f"{option}: {name!r} cannot be a name: lower-case letters, digits, '-' and '.', at most {_LONGEST_NAME} of them,"
            " beginning and ending with a letter or digit. Nothing was changed."
        )
    if not isinstance(entry, dict):
        raise errors.InvalidInput(f"{where}: it must be a dictionary, such as {{{_example(option)}: ...}}.")
    values = options.read(entry, _OPTIONS[option], where)
    if option == "config":
        content: Json = {
            "data": {key: _text(value, f"{where}.data", key) for key, value in values["data"].items()},
            "binaryData": {
                key: _encoded(value, f"{where}.binary_data", key) for key, value in values["binary_data"].items()
            },
        }
    else:
        data = {key: _encoded(value, f"{where}.data", key) for key, value in values["data"].items()}
        for key, value in values["string_data"].items():
            data[key] = base64.b64encode(_text(value, f"{where}.string_data", key).encode()).decode()
        content = {"data": data, "type": values["type"]}
    canonical = json.dumps([kind, name, content], sort_keys=True, separators=(",", ":")).encode()
    if len(canonical) > _MOST_BYTES:
        raise errors.InvalidInput(
            f"{where}: it holds more than the 1 MiB that Kubernetes takes: split it. Nothing was changed."
        )
    digest = hashlib.pbkdf2_hmac("sha256", canonical, f"{reference}".encode(), _ROUNDS[kind]).hex()[:_DIGITS]
    return Item(kind, name, f"{name}-{digest}", {key: value for key, value in content.items() if value})


def _example(option: str) -> str:
    return _OPTIONS[option][0].name


def _key(key: str, where: str) -> str:
    if not _KEY.fullmatch(key):
        raise errors.InvalidInput(f"{where}: {key!r} cannot be a key: letters, digits, '-', '_' and '.'.")
    return f"{where}.{key}"


def _text(value: t.Any, where: str, key: str) -> str:
    at = _key(key, where)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        kind = {float: "a number that may have lost its form", bool: "true or false", type(None): "nothing"}.get(
            type(value), "no text"
        )
        raise errors.InvalidInput(f"{at} is {kind}; it must be text: quote it, or make it text with a filter.")
    return str(value)


def _encoded(value: t.Any, where: str, key: str) -> str:
    at = _key(key, where)
    try:
        return base64.b64encode(base64.b64decode("".join(str(value).split()), validate=True)).decode()
    except (binascii.Error, ValueError):
        raise errors.InvalidInput(f"{at} is not base64: encode it with the filter b64encode.") from None


def unreferenced(items: t.Iterable[Item], names: t.Collection[Name]) -> str:
    """Which item nothing refers to, and what to do, in a sentence; empty when there is none."""
    for item in items:
        if item.key not in names:
            option = next(option for option, kind in KINDS.items() if kind == item.kind)
            return (
                f"{option}.{item.name}: nothing in the pod template refers to {item.kind} {item.name}. Name it in env, envFrom or"
                " a volume, or leave it out. Nothing was changed."
            )
    return ""


def unused(present: t.Iterable[Json], names: t.Collection[Name], owner: Json) -> tuple[Json, ...]:
    """Which of the workload's objects may go: none of these names is theirs, and nobody else owns them."""
    return tuple(
        item
        for item in present
        if (item["kind"], objects.name(item)) not in names
        and objects.labels(item).get(LABEL)
        and (owned(item, owner) or not objects.metadata(item).get("ownerReferences"))
    )


def shown(before: t.Iterable[Json], after: t.Iterable[Json]) -> tuple[Json, Json]:
    """What a diff shows of them: a ConfigMap's values, of a Secret which keys there are, and which have another value."""
    old, new = {_title(item): item for item in before}, {_title(item): item for item in after}
    return (
        {title: _shown(item, None) for title, item in old.items()},
        {title: _shown(item, old.get(title)) for title, item in new.items()},
    )


def _title(item: Json) -> str:
    return f"{item['kind']} {objects.name(item)[: -_DIGITS - 1]}"


def _shown(item: Json, before: Json | None) -> Json:
    values = {**(item.get("data") or {}), **(item.get("binaryData") or {})}
    if item["kind"] == "ConfigMap":
        return {key: masking.masked(value) for key, value in values.items()}
    there = (before or {}).get("data") or {}
    return {key: CHANGED if key in there and there[key] != value else HIDDEN for key, value in values.items()}


def _content(item: Json) -> Json:
    return {key: item.get(key) or {} for key in ("data", "binaryData")} | {"type": item.get("type")}
