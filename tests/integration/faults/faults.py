# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server, and what stands before it, may do to a client. None of it is a reason to fail a rollout."""

from __future__ import annotations

import asyncio
import json
import random
import time
import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.tests.integration.faults.proxy import Answer, Exchange, head

Json = dict[str, t.Any]

OUTAGE = 30.0
_LATE = 1.5
_PAGE = Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})


async def none(exchange: Exchange) -> None:
    """Everything as the real server says."""
    if exchange.verb == "watch":
        await _stream(exchange)
    else:
        await exchange.answer(await exchange.forward())


async def cut_within_an_event(exchange: Exchange) -> None:
    """Each watch breaks off in the middle of its second line."""
    if exchange.verb != "watch":
        return await none(exchange)
    number = 0
    async for line in exchange.events():
        number += 1
        if number == 2:
            await exchange.send(line[: len(line) // 2])
            exchange.strike()
            return exchange.reset()
        await exchange.send(line)
    return await _finish(exchange)


async def silent_watches(exchange: Exchange) -> None:
    """The first two watches of each kind are accepted and never say a word."""
    if exchange.verb != "watch" or not exchange.first(2):
        return await none(exchange)
    exchange.strike()
    await exchange.begin()
    return await exchange.silence()


async def silent_before(exchange: Exchange) -> None:
    """The first try of each request is taken and neither passed on nor answered."""
    if not exchange.first():
        return await none(exchange)
    exchange.strike()
    return await exchange.silence()


async def silent_after_the_write(exchange: Exchange) -> None:
    """The first try of each write is carried out and never answered."""
    if not exchange.writes or not exchange.first():
        return await none(exchange)
    await exchange.forward()
    exchange.strike()
    return await exchange.silence()


async def forgotten_version(exchange: Exchange) -> None:
    """The first three watches of each kind are refused with 410 Gone."""
    if exchange.verb != "watch" or not exchange.first(3):
        return await none(exchange)
    return await exchange.refuse(410, "too old resource version: 1 (2)", reason="Expired")


async def forgotten_within_the_stream(exchange: Exchange) -> None:
    """Each watch ends with an ERROR event of 410 after its first line."""
    if exchange.verb != "watch":
        return await none(exchange)
    async for line in exchange.events():
        await exchange.send(line)
        status = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version: 1 (2)"}
        await exchange.send(json.dumps({"type": "ERROR", "object": status}).encode() + b"\n")
        exchange.strike()
        break
    return await _finish(exchange)


async def version_not_reached(exchange: Exchange) -> None:
    """The first watches of each kind meet a server that has not got so far yet."""
    if exchange.verb != "watch" or not exchange.first(2):
        return await none(exchange)
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return await exchange.refuse(504, "Too large resource version", reason="Timeout", details={"causes": [cause]})


async def watches_refused(exchange: Exchange) -> None:
    """No watch ever works, and the lists come in any order."""
    if exchange.verb == "watch":
        return await exchange.refuse(410, "too old resource version: 1 (2)", reason="Expired")
    answer = await exchange.forward()
    if exchange.verb == "list" and answer.status == 200:
        content = json.loads(answer.body)
        random.shuffle(content["items"])
        answer = replace(answer, body=json.dumps(content).encode())
    return await exchange.answer(answer)


async def too_many_requests(exchange: Exchange) -> None:
    """The first try of each request, writes too, is refused with 429 and Retry-After."""
    if not exchange.first():
        return await none(exchange)
    return await exchange.refuse(429, "too many requests, please try again later", reason="TooManyRequests", after=1)


async def leader_changed_after_the_write(exchange: Exchange) -> None:
    """The first try of each write is carried out and answered with 500."""
    if not exchange.writes or not exchange.first():
        return await none(exchange)
    await exchange.forward()
    return await exchange.refuse(500, "etcdserver: leader changed")


async def leader_changed_before(exchange: Exchange) -> None:
    """The first try of each request is answered with etcd's 500 and not carried out."""
    if not exchange.first():
        return await none(exchange)
    return await exchange.refuse(500, "etcdserver: leader changed")


async def unavailable(exchange: Exchange) -> None:
    """The first two tries of each request are answered with 503."""
    if not exchange.first(2):
        return await none(exchange)
    return await exchange.refuse(503, "apiserver is shutting down", reason="ServiceUnavailable", after=1)


async def unavailable_for_half_a_minute(exchange: Exchange) -> None:
    """From the first watch on everything is answered with 503 for 30 s."""
    memory = exchange.proxy.memory
    if exchange.verb == "watch":
        memory.setdefault("until", time.monotonic() + OUTAGE)
    if time.monotonic() >= memory.get("until", 0.0):
        return await none(exchange)
    return await exchange.refuse(503, "the server is currently unable to handle the request")


async def unauthorized_once(exchange: Exchange) -> None:
    """The first try of each request is answered with 401."""
    if not exchange.first():
        return await none(exchange)
    return await exchange.refuse(401, "Unauthorized", reason="Unauthorized")


async def told_twice(exchange: Exchange) -> None:
    """Each event comes twice, and each new watch begins with all that was told before."""
    if exchange.verb != "watch":
        return await none(exchange)
    told: list[bytes] = exchange.proxy.memory.setdefault((exchange.path, exchange.query.get("labelSelector")), [])
    began = False
    async for line in exchange.events():
        if not began:
            began = True
            await exchange.send(b"".join(told))
        told.append(line)
        await exchange.send(line + line)
        exchange.strike()
        if len(told) % 3 == 0:
            break
    return await _finish(exchange)


async def late_workload(exchange: Exchange) -> None:
    """News of pods and events outrun those of the workload and its revisions."""
    await _late(exchange, ("deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"))


async def late_pods(exchange: Exchange) -> None:
    """News of the workload and its revisions outrun those of pods and events."""
    await _late(exchange, ("pods", "events"))


async def slow(exchange: Exchange) -> None:
    """Each answer takes a while, and comes in small pieces."""
    exchange.strike()
    await asyncio.sleep(0.3)
    if exchange.verb == "watch":
        async for line in exchange.events():
            for start in range(0, len(line), 701):
                await exchange.send(line[start : start + 701])
                await asyncio.sleep(0.002)
        return await _finish(exchange)
    answer = await exchange.forward()
    data = head(answer, len(answer.body)) + answer.body
    for start in range(0, len(data), 701):
        await exchange.raw(data[start : start + 701])
        await asyncio.sleep(0.002)
    return None


async def reset_before(exchange: Exchange) -> None:
    """The first try of each request meets a TCP reset and is not carried out."""
    if not exchange.first():
        return await none(exchange)
    exchange.strike()
    return exchange.reset()


async def reset_after_the_write(exchange: Exchange) -> None:
    """The first try of each write is carried out, then the connection is reset."""
    if not exchange.writes or not exchange.first():
        return await none(exchange)
    await exchange.forward()
    exchange.strike()
    return exchange.reset()


async def truncated(exchange: Exchange) -> None:
    """The first answer to each read breaks off half-way."""
    return await _truncated(exchange, told=True)


async def truncated_unnoticed(exchange: Exchange) -> None:
    """The same, by something that does not say how long its answers are."""
    return await _truncated(exchange, told=False)


async def bad_gateway(exchange: Exchange) -> None:
    """The first try of each request is answered by a load balancer's error page."""
    if not exchange.first():
        return await none(exchange)
    exchange.strike()
    return await exchange.answer(_PAGE)


async def page_instead(exchange: Exchange) -> None:
    """The first try of each read is answered by a page that says 200."""
    if exchange.verb not in ("get", "list", "watch") or not exchange.first():
        return await none(exchange)
    exchange.strike()
    return await exchange.answer(replace(_PAGE, status=200))


async def met_a_conflict(exchange: Exchange) -> None:
    """The first try of each patch that pins a version is refused: somebody was faster."""
    if exchange.verb != "patch" or "apply" in exchange.content_type or not exchange.first():
        return await none(exchange)
    return await exchange.refuse(409, "the object has been modified", reason="Conflict")


async def short_watches(exchange: Exchange) -> None:
    """Each watch ends in order after each line."""
    if exchange.verb != "watch":
        return await none(exchange)
    async for line in exchange.events():
        await exchange.send(line)
        exchange.strike()
        break
    return await _finish(exchange)


async def never_kept_alive(exchange: Exchange) -> None:
    """Each connection is closed after its first answer, without a word about it."""
    await none(exchange)
    exchange.strike()
    exchange.hang_up()


FAULTS: tuple[t.Callable[[Exchange], t.Awaitable[None]], ...] = (
    unavailable_for_half_a_minute,
    silent_before,
    silent_after_the_write,
    silent_watches,
    none,
    cut_within_an_event,
    forgotten_version,
    forgotten_within_the_stream,
    version_not_reached,
    watches_refused,
    too_many_requests,
    leader_changed_after_the_write,
    leader_changed_before,
    unavailable,
    unauthorized_once,
    told_twice,
    late_workload,
    late_pods,
    slow,
    reset_before,
    reset_after_the_write,
    truncated,
    truncated_unnoticed,
    bad_gateway,
    page_instead,
    met_a_conflict,
    short_watches,
    never_kept_alive,
)
"""The longest first."""


async def _stream(exchange: Exchange) -> None:
    async for line in exchange.events():
        await exchange.send(line)
    await _finish(exchange)


async def _finish(exchange: Exchange) -> None:
    if not exchange.over and exchange.began:
        await exchange.end()


async def _late(exchange: Exchange, which: tuple[str, ...]) -> None:
    if exchange.verb != "watch" or exchange.path.rpartition("/")[2] not in which:
        return await none(exchange)
    queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    async def deliver() -> None:
        while item := await queue.get():
            await asyncio.sleep(max(0.0, item[0] + _LATE - time.monotonic()))
            await exchange.send(item[1])
            exchange.strike()

    sending = asyncio.create_task(deliver())
    try:
        async for line in exchange.events():
            queue.put_nowait((time.monotonic(), line))
        queue.put_nowait(None)
        if not exchange.over:
            await sending
    finally:
        sending.cancel()
    return await _finish(exchange)


async def _truncated(exchange: Exchange, *, told: bool) -> None:
    if exchange.verb not in ("get", "list") or not exchange.first():
        return await none(exchange)
    answer = await exchange.forward()
    if answer.status != 200:
        return await exchange.answer(answer)
    exchange.strike()
    await exchange.raw(head(answer, len(answer.body) if told else None) + answer.body[: len(answer.body) // 2])
    return exchange.hang_up()
