"""Each SDK goes on sending while spanmart is ended and started again on the same ports."""

import signal
from pathlib import Path

import pytest

from senders.delivered import Delivered, assert_all_delivered
from senders.restarting import RestartingSpanmart
from senders.sender import SENDERS, Sender, SendingOn


@pytest.mark.parametrize("sender", SENDERS, ids=str)
def test_all_that_the_sdk_did_not_give_up_arrives(sender: Sender, tmp_path: Path) -> None:
    with (
        RestartingSpanmart(tmp_path / "data") as spanmart,
        SendingOn(sender.command("send_on", spanmart.http_port, spanmart.grpc_port)) as sending,
    ):
        sending.wait_for_acknowledged(batches=3)
        for how in (signal.SIGTERM, signal.SIGKILL):
            spanmart.restart(how)
            sending.wait_for_acknowledged(batches=3)
        outcomes = sending.end()
        spanmart.end()

    assert_all_delivered(Delivered.read(tmp_path / "data"), outcomes)
