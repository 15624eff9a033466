# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that cannot be had: image_not_found, image_unauthorized, image_pull_transient."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import (
    Finding,
    View,
    containers,
    event_evidence,
    waiting,
)

Json = dict[str, t.Any]

_WAITING = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
)
_PULL_FAILED = re.compile(r'Failed to pull image "(?P<image>[^"]*)"')
_NOT_FOUND = re.compile(
    r"(?<!host )\bnot found\b|manifest unknown|name unknown|repository does not exist|no such manifest", re.I
)
# Not the bare codes: a tag may be a build number.
_UNAUTHORIZED = re.compile(r"unauthorized|\bdenied\b|authentication required|403 forbidden|no basic auth", re.I)
_ELSEWHERE = re.compile(
    r"no such host|server misbehaving|i/o timeout|connection refused|too ?many ?requests|rate limit", re.I
)
_WRAPPING = re.compile(
    r"^(?:rpc error: code = \w+ desc = )?(?:failed to pull and unpack image \"[^\"]*\": )?"
    r"(?:failed to resolve reference \"(?P<image>[^\"]*)\": (?:(?P=image): )?)?"
)


def find(view: View) -> t.Iterator[Finding]:
    """One finding for each container of a new pod whose image does not come."""
    for pod in view.pods():
        events = [event for event in view.snapshot.events_about(pod) if event.get("reason") == "Failed"]
        for container, status in containers(pod):
            reason, message = waiting(status)
            if reason not in _WAITING:
                continue
            event = pull_event(events, container["image"])
            words = best_words(message, str((event or {}).get("message", "")))
            code, title, grace, hint = classify(reason, words, view.limits.image_pull_grace)
            yield Finding(
                code=code,
                title=title,
                message=f"{container['image']}: {words or reason}",
                grace=grace,
                pod=pod["metadata"]["name"],
                container=container["name"],
                hint=hint,
                evidence={
                    "waiting": reason,
                    "image": container["image"],
                    **({"event": event_evidence(event)} if event else {}),
                },
            )


def pull_event(events: t.Iterable[Json], image: str) -> Json | None:
    """The event in which the kubelet said why this image did not come."""
    for event in events:
        found = _PULL_FAILED.search(str(event.get("message", "")))
        if found and found["image"] == image:
            return event
    return None


def best_words(message: str, event_message: str) -> str:
    """The cause in the fewest words. While it backs off, the container's own message may only say that it does."""
    telling = message if _speaks(message) else event_message or message
    telling = re.sub(r'^(?:Back-off pulling image "[^"]*": )?(?:ErrImagePull: )?', "", telling)
    telling = re.sub(r'^Failed to pull image "[^"]*": ', "", telling)
    return _WRAPPING.sub("", telling)


def _speaks(message: str) -> bool:
    return bool(message) and not re.fullmatch(r'Back-off pulling image "[^"]*"', message)


def classify(reason: str, words: str, grace: float) -> tuple[str, str, float, str]:
    """Code, title, grace in seconds and hint for a pull that failed with these words."""
    if reason == "InvalidImageName":
        return "image_not_found", "image name is invalid", 0.0, "Correct the image reference."
    if reason == "ErrImageNeverPull":
        hint = (
            "The image is not on the node and its imagePullPolicy is Never: load it onto the nodes, or allow pulling."
        )
        return "image_not_found", "image is not on the node", 0.0, hint
    if not _ELSEWHERE.search(words):
        if _NOT_FOUND.search(words):
            return "image_not_found", "image not found", 0.0, "Push the image, or choose a tag that the registry has."
        if _UNAUTHORIZED.search(words):
            hint = "Check the image's name and the imagePullSecrets of the pod's service account."
            return "image_unauthorized", "registry refused the image", 0.0, hint
    hint = "Check that the nodes reach the registry; it may pass, and image_pull_grace says how long to wait for that."
    return "image_pull_transient", "image cannot be pulled at the moment", grace, hint
