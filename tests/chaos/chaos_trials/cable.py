# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine of its own for a run: a network namespace on the lab's bridge, by a cable that can be slow, lossy or unplugged.

Each frame goes through this program, from one TAP device to the other: kernels need not have netem, and nobody else's packets are met.
"""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import itertools
import os
import random
import select
import struct
import threading
import time
from collections.abc import Iterator

from steady_lab import settings
from steady_lab.commands import run, succeeds
from steady_lab.errors import LabError

from .undoing import undone_by

FIRST_ADDRESS = 100
TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEADER = 0x0002 | 0x1000
FRAME = 65536
MOST = 100


class Cable:
    """``delay`` in seconds one way, give or take half of it; ``loss`` a share of the frames; both may change at any time."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.delay = 0.0
        self.loss = 0.0
        self.namespace = f"chaos-{number}"
        self._chance = chance
        self.ends = [tap(f"chaos{number}{end}") for end in "ab"]
        self._closing = os.pipe()
        self.carrier = threading.Thread(target=self.carry, name=self.namespace)

    @property
    def prefix(self) -> list[str]:
        """What a command line begins with to run there."""
        return ["ip", "netns", "exec", self.namespace]

    def cut(self) -> bool:
        """Kill every TCP connection that is open there, the kernel's way; whether there was one."""
        return bool(run(*self.prefix, "ss", "--no-header", "--kill", "--tcp", "state", "established").strip())

    def carry(self) -> None:
        """Pass frames on until it is closed."""
        due: list[tuple[float, int, int, bytes]] = []
        number = itertools.count()
        other = dict(zip(self.ends, reversed(self.ends), strict=True))
        while True:
            rest = max(0.0, due[0][0] - time.monotonic()) if due else None
            for end in select.select([*self.ends, self._closing[0]], [], [], rest)[0]:
                if end == self._closing[0]:
                    return
                frame = os.read(end, FRAME)
                if self._chance.random() >= self.loss:
                    wait = self.delay * self._chance.uniform(0.5, 1.5)
                    heapq.heappush(due, (time.monotonic() + wait, next(number), other[end], frame))
            while due and due[0][0] <= time.monotonic():
                with contextlib.suppress(OSError):  # the other end is not up, or full
                    os.write(due[0][2], due[0][3])
                heapq.heappop(due)

    def close(self) -> None:
        """Carry nothing any more."""
        os.close(self._closing[1])
        if self.carrier.ident:
            self.carrier.join()
        for end in (*self.ends, self._closing[0]):
            os.close(end)


def tap(name: str) -> int:
    """A new device of that name, which goes with this program; what it is read and written by."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), TAP_WITHOUT_HEADER))
    return end


def added() -> int:
    """The number of a network namespace that nobody had. Raises LabError."""
    for number in range(MOST):
        if succeeds("ip", "netns", "add", f"chaos-{number}"):
            return number
    raise LabError("No network namespace could be made; `ip netns add chaos-0` says why.")


@contextlib.contextmanager
def machine(chance: random.Random) -> Iterator[Cable]:
    """One for as long as the block lasts. Raises LabError."""
    number = added()
    with undone_by("ip", "netns", "delete", f"chaos-{number}"):
        cable = Cable(number, random.Random(chance.random()))
        with contextlib.closing(cable):
            plugged(cable, number)
            yield cable


def plugged(cable: Cable, number: int) -> None:
    """One end into the lab's bridge, the other one into the namespace, with an address of the lab's network."""
    here, there, inside = f"chaos{number}a", f"chaos{number}b", ("ip", "-n", cable.namespace)
    run("ip", "link", "set", here, "master", settings.BRIDGE, "up")
    run("ip", "link", "set", there, "netns", cable.namespace)
    address = f"{settings.GATEWAY.rpartition('.')[0]}.{FIRST_ADDRESS + number}/{settings.PREFIX_LENGTH}"
    run(*inside, "address", "add", address, "dev", there)
    for device in ("lo", there):
        run(*inside, "link", "set", device, "up")
    cable.carrier.start()
