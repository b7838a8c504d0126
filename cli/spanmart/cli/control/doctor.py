"""What `spanmart up` does for `spanmart doctor`: look into the databases that no other process can open."""

from dataclasses import asdict

from spanmart.cli.control.socket import Command, make_handler
from spanmart.warehouse import Warehouse
from spanmart.warehouse.maintenance.doctor import examine_databases
from spanmart.warehouse.storage.data_folder import HOLDS

EXAMINE, EXAMINE_DEEPLY = "examine", "examine_deeply"


def commands(warehouse: Warehouse) -> dict[str, Command]:
    """What `spanmart up` does for the doctor: look into the databases that no other process can open."""

    def examine(deep: bool) -> dict[str, object]:
        with warehouse.cursor() as cursor:
            found = examine_databases(cursor, warehouse.folder, set(HOLDS), deep=deep)
            return {"findings": [asdict(finding) for finding in found]}

    return {
        EXAMINE: make_handler(lambda: examine(False)),
        EXAMINE_DEEPLY: make_handler(lambda: examine(True)),
    }
