"""One DuckDB instance over the folder's three files: marts, with landing and app attached.

The process that opens a warehouse owns its files; every thread works on a cursor of its own.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb

from spanmart.warehouse.errors import DamagedFile, FolderInUse, FolderUnusable
from spanmart.warehouse.storage.data_folder import HOLDS, DataFolder, quoted, set_aside, write_ahead_log
from spanmart.warehouse.storage.landing import ROW_GROUP_ROWS, Landing
from spanmart.warehouse.storage.migrate import migrate, migrations_of
from spanmart.warehouse.storage.questions import Questions

STORAGE_VERSION = "v1.5.0"
CHECKPOINT_THRESHOLD = "512MB"
SETTINGS = {
    # Writing the log into the file packs the last row group of each mart anew, 122,880 rows: seldom, then.
    # The landing, for which senders wait, does it for itself and sooner.
    "checkpoint_threshold": CHECKPOINT_THRESHOLD,
    # Prompts and answers are prose, which zstd packs into two thirds of what DuckDB would choose. It is a
    # setting for all files: the marts name what their short columns have instead (`table_columns.sql`).
    "force_compression": "zstd",
    # No table has an order that anybody relies on, and keeping one doubles the work of a parallel insert.
    "preserve_insertion_order": "false",
    # Up to so many rows of a large table are found by their position and read alone; without this, 50.
    "dynamic_or_filter_threshold": "1000",
}
# Of a large machine DuckDB would take four fifths, most of it for parts of files that were read once.
MOST_MEMORY = "6 GB"
LESS_MEMORY = """
select least(parse_formatted_bytes(current_setting('memory_limit')), parse_formatted_bytes($most))
"""
ATTACH_OPTIONS = {"landing": f"row_group_size {ROW_GROUP_ROWS}"}


log = logging.getLogger(__name__)


class Warehouse:
    """The open files of one data folder. Use `open`, and `close` when done, or `with`."""

    def __init__(self, folder: DataFolder, connection: duckdb.DuckDBPyConnection) -> None:
        self._folder = folder
        self._connection = connection
        self.folder = folder.path
        self.marts_path = folder.marts_path
        self.landing_path = folder.landing_path
        self.app_path = folder.app_path
        self.questions = Questions()
        self.landing = Landing(self.cursor(), attach=_attach_statement("landing", folder.landing_path))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the warehouse in `folder`, made anew where it is missing, migrated where it is old.

        Marts that do not open are set aside, for they can be rebuilt. Raises FolderInUse, FolderUnusable,
        DamagedFile for the other two files, WarehouseTooNew.
        """
        claimed = DataFolder.claim(folder)
        try:
            return cls(claimed, _open_files(claimed))
        except BaseException:
            claimed.release()
            raise

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection to the same instance for the calling thread alone; the caller closes it."""
        return self._connection.cursor()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose changes, which may be in one file alone, are made together or not at all."""
        cursor = self.cursor()
        try:
            cursor.begin()
            yield cursor
            cursor.commit()
        finally:
            cursor.close()

    def close(self) -> None:
        """Write what waits to be landed, close the files and let go of the folder."""
        self.landing.close()
        self.questions.end()
        self._connection.close()
        self._folder.release()

    def __enter__(self) -> Self:
        """Itself: `open` has done the work."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open_files(folder: DataFolder) -> duckdb.DuckDBPyConnection:
    _settle_marts(folder)
    for path in (folder.landing_path, folder.app_path):
        _create_if_missing(path)
    connection = _connect_marts(folder)
    try:
        for catalog, path in (("landing", folder.landing_path), ("app", folder.app_path)):
            _attach(connection, catalog, path)
            migrate(connection, catalog, migrations_of(catalog))
        # For models that only their refresh needs.
        connection.execute("attach ':memory:' as scratch")
        _set(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set(connection: duckdb.DuckDBPyConnection) -> None:
    """For all connections to these files, dbt's among them."""
    [memory] = connection.execute(LESS_MEMORY, {"most": MOST_MEMORY}).fetchone() or (MOST_MEMORY,)
    for name, value in {**SETTINGS, "memory_limit": f"{memory}B"}.items():
        connection.execute(f"set global {name} = '{value}'")


def _settle_marts(folder: DataFolder) -> None:
    """Marts built from another ledger would wait for sequence numbers that never come."""
    if not folder.landing_path.exists() and folder.marts_path.exists():
        aside = set_aside(folder.marts_path)
        log.warning("There is no landing.duckdb that the marts could come from: set aside as %s", aside.name)


def _create_if_missing(path: Path) -> None:
    """A complete empty file appears at once: one cut short by a crash would look damaged forever."""
    if path.exists() or write_ahead_log(path).exists():
        return
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect() as maker:
            maker.execute(f"attach {quoted(unfinished)} as made (storage_version '{STORAGE_VERSION}')")
            maker.execute("detach made")
    except duckdb.Error as error:
        raise FolderUnusable(f"{path} cannot be created: {error}") from error
    unfinished.replace(path)


def _connect_marts(folder: DataFolder) -> duckdb.DuckDBPyConnection:
    """Connect with no settings: dbt connects to the same file and must ask for exactly the same."""
    path = folder.marts_path
    if not path.exists() and write_ahead_log(path).exists():
        set_aside(path)
    _create_if_missing(path)
    try:
        return duckdb.connect(path)
    except duckdb.Error as error:
        _refuse_if_healthy(path, error)
        aside = set_aside(path)
        log.warning(
            "%s does not open (%s). Set aside as %s; the marts will be rebuilt.", path, error, aside.name
        )
        _create_if_missing(path)
        return duckdb.connect(path)


def _attach_statement(catalog: str, path: Path) -> str:
    options = f" ({ATTACH_OPTIONS[catalog]})" if catalog in ATTACH_OPTIONS else ""
    return f"attach {quoted(path)} as {catalog}{options}"


def _attach(connection: duckdb.DuckDBPyConnection, catalog: str, path: Path) -> None:
    if not path.exists():
        raise DamagedFile(path, HOLDS[catalog], f"it is missing, though {path.name}.wal is there.")
    try:
        connection.execute(_attach_statement(catalog, path))
    except duckdb.Error as error:
        _refuse_if_healthy(path, error)
        raise DamagedFile(path, HOLDS[catalog], str(error)) from error


def _refuse_if_healthy(path: Path, error: duckdb.Error) -> None:
    """A file that is locked or not ours to read is not damaged."""
    if "Could not set lock" in str(error):
        raise FolderInUse(path.parent, None) from error
    if not os.access(path, os.R_OK | os.W_OK):
        raise FolderUnusable(f"{path} cannot be read and written. Mend its permissions.") from error
