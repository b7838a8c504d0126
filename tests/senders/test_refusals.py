"""A proxy refuses most requests with 503 and Retry-After, as spanmart does when too much waits for it."""

import itertools
from collections import Counter

import pytest

from faults.flaky_proxy import Fate, Fates, HttpProxy
from senders.described import described_calls
from senders.sender import Sender, send_once
from spanmart.warehouse import Refresher, Warehouse

BATCHES = 4
CALLS = 20
# Seven of ten are refused, and never more in a row than the SDK has tries.
PATTERN: list[Fate] = ["refused", "refused", "passed"] * 2 + ["refused", "refused", "refused", "passed"]


class SevenOfTen(Fates):
    """Refuses by that pattern rather than by chance: by chance, the SDK would give up one batch in eight."""

    def __init__(self) -> None:
        super().__init__(fail=0.7, cut=0, seed=0)
        self._pattern = itertools.cycle(PATTERN)

    def next(self) -> Fate:
        fate = next(self._pattern)
        self.counts[fate] += 1
        return fate


@pytest.mark.parametrize("sender", [Sender("javascript", "json"), Sender("javascript", "protobuf")], ids=str)
def test_the_javascript_sdk_delivers_exactly_once_though_most_requests_are_refused(
    sender: Sender, warehouse: Warehouse, http_port: int
) -> None:
    sent: list[str] = []
    with HttpProxy(f"http://127.0.0.1:{http_port}", SevenOfTen()) as proxy:
        for _ in range(BATCHES):
            ids, outcomes = send_once(sender.command("send_once", proxy.port, 0), described_calls(CALLS))
            assert outcomes.acknowledged("spans") == set(ids)
            sent += ids
        assert proxy.fates.counts["passed"] == BATCHES
        assert proxy.fates.counts["refused"] > BATCHES

    Refresher(warehouse).refresh()
    with warehouse.cursor() as cursor:
        found = cursor.execute("select interaction_id from interactions").fetchall()
    times = Counter(interaction_id for (interaction_id,) in found)
    assert {one: times[one] for one in sent} == dict.fromkeys(sent, 1)
