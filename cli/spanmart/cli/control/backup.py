"""What `spanmart up` does for a backup of its folder: copy the settings, and hold its checkpoints back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spanmart.cli.control.socket import Answer, Arguments, Command
from spanmart.warehouse import Warehouse
from spanmart.warehouse.maintenance.backup import checkpoints_held, copy_app

HOLD = "hold_for_backup"


def commands(warehouse: Warehouse) -> dict[str, Command]:
    """What `spanmart up` does for a backup: copy the settings, and hold its checkpoints back."""

    @contextmanager
    def hold(arguments: Arguments) -> Iterator[Answer]:
        copy_app(warehouse, Path(str(arguments["app"])))
        with checkpoints_held(warehouse) as position:
            yield {"committed_seq": position.committed_seq, "log_bytes": position.log_bytes}

    return {HOLD: hold}
