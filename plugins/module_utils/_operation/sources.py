# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a workload's images come from: only from where they may, and by their digests where that is asked for."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import checks
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    errors,
    images,
    logins,
    objects,
    registries,
    resources,
    wording,
)

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.roll import Roll

Json = dict[str, t.Any]


def check(roll: Roll, template: Json, before: Json) -> None:
    """Raise Refused when a container of that template comes from elsewhere than it may. What runs ``before`` may go on to."""
    found = _elsewhere(roll, template)
    if found and objects.images(template) != objects.images(before):
        checks.refuse(roll.reference, f"{found} Push it to one of these, or add its place to allowed_registries.")


def warn(roll: Roll, template: Json) -> None:
    """Warn of that: the way back is never closed."""
    found = _elsewhere(roll, template)
    if found:
        roll.journal.warn(f"{roll.reference} goes back to what may not be deployed any more: {found}")


def pinned(roll: Roll, template: Json, wanted: t.Mapping[str, str]) -> dict[str, str]:
    """Those images, where it is asked for each with the digest that its registry has for it now.

    ``template`` says which pull secrets there are. Raises NotFound, Unauthorized or Unreachable, about the workload.
    """
    if not roll.settings.pin_digests:
        return dict(wanted)
    if roll.ports.registries is None:
        raise AssertionError("digests are to be pinned, and nothing that knows any was given")
    found, unread = _logins(roll, template)
    try:
        return {container: _pinned(roll.ports.registries, image, found) for container, image in wanted.items()}
    except errors.Unauthorized as reason:
        raise errors.Unauthorized(" ".join((f"{roll.reference} was not changed: {reason}", *unread))) from None
    except errors.RolloutError as reason:
        raise type(reason)(f"{roll.reference} was not changed: {reason}") from None


def _pinned(known: t.Any, written: str, found: t.Sequence[logins.Login]) -> str:
    image = images.parse(written)
    named = image if image.tag or image.digest else replace(image, tag=image.version)
    return str(replace(named, digest=known.digest(named, logins.fitting(found, named.repository))))


def _elsewhere(roll: Roll, template: Json) -> str:
    allowed = roll.settings.allowed_registries
    found = registries.outside(template, allowed)
    if not found:
        return ""
    named = wording.listed(f"{image} (container {container})" for container, image in found.items())
    return (
        f"{named} {'comes' if len(found) == 1 else 'come'} from none of the allowed registries ({', '.join(allowed)})."
    )


def _logins(roll: Roll, template: Json) -> tuple[list[logins.Login], list[str]]:
    """The logins of the pull secrets, and why some were not read: the registry may do without."""
    found: list[logins.Login] = []
    unread: list[str] = []

    def seen(resource: resources.Resource, name: str) -> Json:
        try:
            return roll.ports.cluster.read(resource, roll.reference.namespace, name)
        except (errors.Forbidden, errors.NotFound) as reason:
            unread.append(str(reason))
            return {}

    own = logins.names(template, {})
    account = {} if own else seen(resources.SERVICE_ACCOUNT, logins.account(template))
    for name in own or logins.names(template, account):
        found += logins.read(seen(resources.SECRET, name))
    return found, unread
