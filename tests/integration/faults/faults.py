# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server, and what stands before it, may do to a client. None of it is a reason to fail a rollout."""

from __future__ import annotations

import asyncio
import json
import random
import time
import typing as t
from dataclasses import replace

from ansible_collections.steady.rollout.tests.integration.faults.proxy import Answer, Exchange, Play, head

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


async def forgotten_version(exchange: Exchange) -> None:
    """The first watches of each kind are refused: with 410 Gone, by a server that has not got so far yet, with 410 again."""
    tried = exchange.tries() if exchange.verb == "watch" else 0
    if tried == 2:
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        return await exchange.refuse(504, "Too large resource version", reason="Timeout", details={"causes": [cause]})
    if tried in (1, 3):
        return await exchange.refuse(410, "too old resource version: 1 (2)", reason="Expired")
    return await none(exchange)


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


async def answers_lost(exchange: Exchange) -> None:
    """The first try of each write is carried out; then there is silence, or the connection is reset."""
    if not exchange.writes or not exchange.first():
        return await none(exchange)
    await exchange.forward()
    exchange.strike()
    return exchange.reset() if exchange.proxy.strikes % 2 else await exchange.silence()


async def one_thing_after_another(exchange: Exchange) -> None:
    """Each request is refused in six ways before it is let through; none of them says that the server has done it."""
    tried = exchange.tries()
    reads = exchange.verb in ("get", "list")
    pinned = exchange.verb == "patch" and "apply" not in exchange.content_type
    if tried == 1:
        return await exchange.refuse(500, "etcdserver: request timed out" if reads else "etcdserver: leader changed")
    if tried == 2:
        return await exchange.refuse(503, "apiserver is shutting down", reason="ServiceUnavailable", after=1)
    if tried == 3 and reads:
        return await _half(exchange, told=False)
    if tried in (3, 4):
        exchange.strike()
        return await exchange.answer(_PAGE if tried == 3 else replace(_PAGE, status=200 if reads else 504))
    if tried == 5 and pinned:
        return await exchange.refuse(409, "the object has been modified", reason="Conflict")
    return await none(exchange)


async def unavailable_for_half_a_minute(exchange: Exchange) -> None:
    """From the first watch on everything is answered with 503 for 30 s."""
    memory = exchange.proxy.memory
    if exchange.verb == "watch":
        memory.setdefault("until", time.monotonic() + OUTAGE)
    if time.monotonic() >= memory.get("until", 0.0):
        return await none(exchange)
    return await exchange.refuse(503, "the server is currently unable to handle the request")


def gone_for(seconds: float) -> Play:
    """Once all four watches of a Deployment have told what is there, and one of them some news, nobody listens any more, for so long."""

    async def gone(exchange: Exchange) -> None:
        memory = exchange.proxy.memory
        if exchange.verb != "watch" or memory.get("left"):
            return await none(exchange)
        async for line in exchange.events():
            await exchange.send(line)
            if b"initial-events-end" in line:
                memory["told"] = memory.get("told", 0) + 1
            elif memory.get("told", 0) >= 4 and not memory.get("left"):
                memory["left"] = True
                exchange.proxy.leave(seconds)
        return await _finish(exchange)

    return gone


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


async def truncated(exchange: Exchange) -> None:
    """The first answer to each read breaks off half-way."""
    if exchange.verb not in ("get", "list") or not exchange.first():
        return await none(exchange)
    return await _half(exchange, told=True)


async def short_connections(exchange: Exchange) -> None:
    """Each watch ends in order after one line, and each connection is closed after its answer without a word about it."""
    if exchange.verb == "watch":
        async for line in exchange.events():
            await exchange.send(line)
            exchange.strike()
            break
        await _finish(exchange)
    else:
        await none(exchange)
    exchange.hang_up()


FAULTS: tuple[Play, ...] = (
    unavailable_for_half_a_minute,
    one_thing_after_another,
    silent_before,
    answers_lost,
    silent_watches,
    none,
    cut_within_an_event,
    forgotten_version,
    forgotten_within_the_stream,
    watches_refused,
    too_many_requests,
    leader_changed_after_the_write,
    unauthorized_once,
    told_twice,
    late_workload,
    late_pods,
    slow,
    reset_before,
    truncated,
    short_connections,
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

    sending = asyncio.create_task(deliver())
    try:
        async for line in exchange.events():
            queue.put_nowait((time.monotonic(), line))
            exchange.strike()
        queue.put_nowait(None)
        if not exchange.over:
            await sending
    finally:
        sending.cancel()
    return await _finish(exchange)


async def _half(exchange: Exchange, *, told: bool) -> None:
    """Half the answer; ``told`` whether the client can know that it is half only."""
    answer = await exchange.forward()
    if answer.status != 200:
        return await exchange.answer(answer)
    exchange.strike()
    await exchange.raw(head(answer, len(answer.body) if told else None) + answer.body[: len(answer.body) // 2])
    return exchange.hang_up()
