"""All connections of the port: who waits for what, and who has to go where they are too many.

Nobody is refused for the sake of those who are there and do nothing: the longest idle or unfinished one goes.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import Protocol

from spanmart.web.port.limits import Limits

SWEEP_S = 1.0


class Phase(Enum):
    """What the port waits for."""

    IDLE = "a request"
    HEAD = "the rest of the headers"
    BODY = "the rest of the body"
    WHOLE = "the application"


UNFINISHED = (Phase.HEAD, Phase.BODY)


class Member(Protocol):
    """What is counted here."""

    address: str
    phase: Phase
    held_bytes: int

    @property
    def is_ending(self) -> bool:
        """Whether it is about to leave."""

    def cut(self) -> None:
        """End at once, whatever is under way."""

    def end_if_late(self, now: float) -> None:
        """End where a limit of time is over."""


class Connections:
    """Counts the connections, of each address too, and ends those that are late or too many."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._of_address: Counter[str] = Counter()
        self._unfinished_of_address: Counter[str] = Counter()
        # In the order in which they have entered the phase, the longest first.
        self._by_phase: dict[Phase, dict[Member, None]] = {phase: {} for phase in Phase}
        self._held_bytes = 0

    def join(self, member: Member) -> None:
        self._by_phase[member.phase][member] = None
        self._of_address[member.address] += 1
        if self._of_address[member.address] > self.limits.connections_of_address:
            self._make_room(member, member.address)
        if self._of_address.total() > self.limits.connections:
            self._make_room(member)

    def leave(self, member: Member) -> None:
        """Forget one that has ended; once for each that has joined."""
        self.enter(member, Phase.IDLE)
        self.hold(member, -member.held_bytes)
        del self._by_phase[Phase.IDLE][member]
        self._of_address -= Counter([member.address])

    def enter(self, member: Member, phase: Phase) -> None:
        """Note that it has gone on to a phase."""
        was_unfinished, is_unfinished = member.phase in UNFINISHED, phase in UNFINISHED
        del self._by_phase[member.phase][member]
        member.phase = phase
        self._by_phase[phase][member] = None
        if is_unfinished and not was_unfinished:
            self._unfinished_of_address[member.address] += 1
            if self._unfinished_of_address[member.address] > self.limits.unfinished_of_address:
                self._cut_first(UNFINISHED, member.address)
        elif was_unfinished and not is_unfinished:
            self._unfinished_of_address -= Counter([member.address])

    def hold(self, member: Member, more_bytes: int) -> None:
        """Count what is held of its body; over the limit, the body that has been under way longest goes."""
        member.held_bytes += more_bytes
        self._held_bytes += more_bytes
        if more_bytes > 0 and self._held_bytes > self.limits.bodies_bytes:
            _cut_first_of(each for each in self._by_phase[Phase.BODY] if each.held_bytes)

    async def watch(self) -> None:
        """End who is late, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(SWEEP_S, self.limits.head_s))
            for member in self._all():
                member.end_if_late(loop.time())

    def cut_all(self) -> None:
        """End all, whatever is under way."""
        for member in self._all():
            member.cut()

    def _all(self) -> list[Member]:
        return [member for members in self._by_phase.values() for member in members]

    def _make_room(self, newcomer: Member, address: str | None = None) -> None:
        """End another, or where all others are being answered, the newcomer."""
        if not self._cut_first((Phase.IDLE, *UNFINISHED), address, newcomer):
            newcomer.cut()

    def _cut_first(
        self, phases: Iterable[Phase], address: str | None = None, other_than: Member | None = None
    ) -> bool:
        return _cut_first_of(
            each
            for phase in phases
            for each in self._by_phase[phase]
            if each is not other_than and address in (None, each.address)
        )


def _cut_first_of(members: Iterable[Member]) -> bool:
    first = next((member for member in members if not member.is_ending), None)
    if first is None:
        return False
    first.cut()
    return True
