"""What `spanmart up` does for its folder besides receiving: it answers the commands that need its files."""

import os

from spanmart.cli import audit, backup, doctor, remote_prices, remote_tokens, remote_users
from spanmart.cli.control import STATUS, Answer, Command, ControlSocket, answering
from spanmart.warehouse import AuditLog, Refresher, Tokens, Users, Warehouse


class Upkeep:
    """Runs until `stop`."""

    def __init__(self, warehouse: Warehouse, refresher: Refresher, tokens: Tokens, users: Users) -> None:
        self._control = ControlSocket(
            warehouse.folder,
            _commands(warehouse, refresher)
            | remote_tokens.commands(tokens)
            | remote_users.commands(users)
            | audit.commands(AuditLog(warehouse))
            | remote_prices.commands(warehouse),
        )

    def start(self) -> None:
        """Answer from now on."""
        self._control.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._control.stop()


def _commands(warehouse: Warehouse, refresher: Refresher) -> dict[str, Command]:
    def status() -> Answer:
        return {
            "pid": os.getpid(),
            "committed_seq": warehouse.landing.committed_seq,
            "refreshed_seq": refresher.status.refreshed_seq,
        }

    return {STATUS: answering(status), **backup.commands(warehouse), **doctor.commands(warehouse)}
