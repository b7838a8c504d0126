"""What `spanmart up` does for its folder besides receiving: it answers the commands that need its files."""

import os

from spanmart.cli.control import audit, backup, doctor, prices, tokens, users
from spanmart.cli.control.socket import STATUS, Answer, Command, ControlSocket, make_handler
from spanmart.warehouse import AuditLog, Refresher, Tokens, Users, Warehouse


def make_control_server(
    warehouse: Warehouse, refresher: Refresher, known_tokens: Tokens, known_users: Users
) -> ControlSocket:
    """The socket in the folder, with every command that it answers; not started."""
    return ControlSocket(
        warehouse.folder,
        _status_commands(warehouse, refresher)
        | backup.commands(warehouse)
        | doctor.commands(warehouse)
        | tokens.commands(known_tokens)
        | users.commands(known_users)
        | audit.commands(AuditLog(warehouse))
        | prices.commands(warehouse),
    )


def _status_commands(warehouse: Warehouse, refresher: Refresher) -> dict[str, Command]:
    def status() -> Answer:
        return {
            "pid": os.getpid(),
            "committed_seq": warehouse.landing.committed_seq,
            "refreshed_seq": refresher.status.refreshed_seq,
        }

    return {STATUS: make_handler(status)}
