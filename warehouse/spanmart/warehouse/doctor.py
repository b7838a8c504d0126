"""What is wrong with a data folder, what that means, which command mends it. Looks, and changes nothing."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from spanmart.warehouse.folder import ASIDE, UNFINISHED, WRITE_AHEAD_LOGS, quoted
from spanmart.warehouse.ledger_checks import ledger_faults, newest_seq
from spanmart.warehouse.migrate import migrations_of, newest_applied
from spanmart.warehouse.retention import NEWEST_FAILURE
from spanmart.warehouse.set_aside import PRESENT

HOLDS = {
    "landing": "every span and event that was acknowledged",
    "app": "settings, users and tokens that people made, and price lists that were in force",
    "marts": "what is built from landing.duckdb and can be built anew",
}
GIGABYTE = 1_000_000_000
# Below the first, senders are about to be refused; below the second, a checkpoint or a rebuild may not fit.
NO_ROOM, LITTLE_ROOM = GIGABYTE // 4, 2 * GIGABYTE
# A checkpoint comes at 128 MB; a log of this size says that none succeeds.
LONG_LOG = GIGABYTE

STORAGE = "select tags['storage_version'] from duckdb_databases() where database_name = ?"
REFRESHED = "select max(refreshed_seq) from marts.refresh.refresh_state"
UNREAD = """
select scope_name, sum(spans)::bigint as spans, count(*) as kinds from marts.unread_spans
group by scope_name order by spans desc, scope_name
"""
MOST_SCOPES, LONGEST_NAME = 5, 60
TABLES = """
select '"' || database_name || '"."' || schema_name || '"."' || table_name || '"' from duckdb_tables()
where database_name = ? and not internal order by 1
"""
READ_EVERY_BLOCK = "select bit_xor(hash(everything)) from {table} as everything"


class Severity(StrEnum):
    """How much a finding matters: a problem must be mended, a warning may become one."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What one check found; `means` and `mend`, a command, are empty where it is fine."""

    check: str
    severity: Severity
    found: str
    means: str = ""
    mend: str = ""


Findings = Iterator[Finding]


def fine(check: str, found: str) -> Finding:
    """A check with nothing to say."""
    return Finding(check, Severity.FINE, found)


def examine_folder(folder: Path) -> Findings:
    """Everything that can be told without opening a database, so also while another process has them open."""
    yield from _permissions(folder)
    for catalog in HOLDS:
        yield from _presence(folder, catalog)
    yield from _room(folder)
    yield from _leftovers(folder)


def examine_files(folder: Path, *, deep: bool = False) -> Findings:
    """Open each database read-only, which needs the folder to be nobody's; `deep` reads every block."""
    with duckdb.connect() as connection:
        opened = set()
        for catalog in HOLDS:
            path = folder / f"{catalog}.duckdb"
            if not path.exists():
                continue
            try:
                connection.execute(f"attach {quoted(path)} as {catalog} (read_only)")
            except duckdb.Error as error:
                yield _damaged(folder, catalog, str(error))
            else:
                opened.add(catalog)
                yield fine("opens", f"{path.name} opens")
        yield from examine_databases(connection, folder, opened, deep=deep)


def examine_databases(
    connection: duckdb.DuckDBPyConnection, folder: Path, opened: set[str], *, deep: bool = False
) -> Findings:
    """Check the databases attached under the names `opened`, by a connection of their own process."""
    for catalog in sorted(opened):
        try:
            yield from _versions(connection, folder, catalog)
            yield from _blocks(connection, folder, catalog) if deep else ()
        except duckdb.Error as error:
            yield _damaged(folder, catalog, str(error))
    if "landing" in opened:
        try:
            yield from _ledger(connection, folder)
            yield from _set_aside(connection)
            yield from _retention(connection)
            yield from _watermark(connection, folder) if "marts" in opened else ()
            yield from _unread_spans(connection) if "marts" in opened else ()
        except duckdb.Error as error:
            yield _damaged(folder, "landing", str(error))


def _permissions(folder: Path) -> Findings:
    check = "permissions"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            check,
            Severity.PROBLEM,
            f"this user may not read and write {folder}",
            "spanmart cannot run here as this user.",
            f"sudo chown -R {os.geteuid()} {folder}",
        )
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding(
            check,
            Severity.WARNING,
            f"other users may look into {folder}",
            "Prompts and answers are open to everybody who has an account on this machine.",
            f"chmod go-rwx {folder}",
        )
    else:
        yield fine(check, f"{folder} is open to its owner alone")
    for path in sorted(folder.glob("*.duckdb*")):
        if not os.access(path, os.R_OK | os.W_OK):
            yield Finding(
                check,
                Severity.PROBLEM,
                f"this user may not read and write {path.name}",
                "spanmart does not start.",
                f"sudo chown {os.geteuid()} {path}; chmod u+rw {path}",
            )


def _presence(folder: Path, catalog: str) -> Findings:
    path = folder / f"{catalog}.duckdb"
    logs = [folder / (path.name + suffix) for suffix in WRITE_AHEAD_LOGS]
    log_bytes = sum(log.stat().st_size for log in logs if log.exists())
    if path.exists():
        size = f"{path.name} has {_megabytes(path.stat().st_size)}, its log {_megabytes(log_bytes)}"
        if log_bytes > LONG_LOG:
            yield Finding(
                "log",
                Severity.WARNING,
                size,
                "It was not merged into its file for long: the disk may be full, or a backup may be running. "
                "The next start takes longer.",
                f"df -h {folder}",
            )
        else:
            yield fine("files", size)
    elif log_bytes:
        yield Finding(
            "files",
            Severity.PROBLEM,
            f"{path.name} is missing, its log is there",
            f"It held {HOLDS[catalog]}. The log alone is of no use.",
            _restore(folder),
        )
    elif catalog == "marts":
        yield fine("files", f"{path.name} is missing; the next start builds it")
    else:
        yield Finding(
            "files",
            Severity.PROBLEM,
            f"{path.name} is missing",
            f"It holds {HOLDS[catalog]}. If there has never been anything, the next start makes it.",
            _restore(folder),
        )


def _room(folder: Path) -> Findings:
    free = shutil.disk_usage(folder).free
    found = f"{_megabytes(free)} are free"
    if free >= LITTLE_ROOM:
        yield fine("disk", found)
        return
    yield Finding(
        "disk",
        Severity.PROBLEM if free < NO_ROOM else Severity.WARNING,
        found,
        "When the disk is full senders are refused and keep what they have, as long as they can. Make room, "
        "or keep less.",
        f"spanmart up --data {folder} --retention-days 90",
    )


def _leftovers(folder: Path) -> Findings:
    aside = sorted(path.name for path in folder.glob(f"*{ASIDE}*"))
    if aside:
        size = sum((folder / name).stat().st_size for name in aside)
        yield Finding(
            "leftovers",
            Severity.WARNING,
            f"set aside, {_megabytes(size)}: {', '.join(aside)}",
            "They did not open, or were replaced by a backup or a rebuild. spanmart never reads them again. "
            "Once you are sure that nothing is missing:",
            "rm " + " ".join(str(folder / name) for name in aside),
        )
    unfinished = sorted(path for path in folder.iterdir() if path.suffix in UNFINISHED)
    if unfinished:
        yield Finding(
            "leftovers",
            Severity.WARNING,
            "left by work that was cut short: " + ", ".join(path.name for path in unfinished),
            "A crash or a kill came in between. They are of no use; what was there before is there still.",
            "rm -r " + " ".join(map(str, unfinished)),
        )
    if not aside and not unfinished:
        yield fine("leftovers", "there are none")


def _versions(connection: duckdb.DuckDBPyConnection, folder: Path, catalog: str) -> Findings:
    [storage] = connection.execute(STORAGE, [catalog]).fetchall()[0]
    yield fine("storage", f"{catalog}.duckdb has storage version {storage}")
    if catalog == "marts":
        return
    known = migrations_of(catalog)
    applied, newest = newest_applied(connection, catalog), known[-1].number if known else 0
    if applied > newest:
        yield Finding(
            "migrations",
            Severity.PROBLEM,
            f"{catalog}.duckdb has migration {applied}, this version knows {newest}",
            "A newer spanmart wrote it; this one does not start with it.",
            "pip install --upgrade 'spanmart[server]'",
        )
    elif applied < newest:
        yield fine(
            "migrations", f"{catalog}.duckdb has {applied} of {newest}; the next start brings the rest"
        )
    else:
        yield fine("migrations", f"{catalog}.duckdb has all {newest}")


def _blocks(connection: duckdb.DuckDBPyConnection, folder: Path, catalog: str) -> Findings:
    for (table,) in connection.execute(TABLES, [catalog]).fetchall():
        connection.execute(READ_EVERY_BLOCK.format(table=table)).fetchall()
    yield fine("blocks", f"every block of {catalog}.duckdb that holds rows can be read")


def _ledger(connection: duckdb.DuckDBPyConnection, folder: Path) -> Findings:
    faults = ledger_faults(connection)
    for fault in faults:
        yield Finding(
            "ledger",
            Severity.PROBLEM,
            fault,
            "Something other than spanmart has changed the raw tables, or the file is damaged.",
            _restore(folder),
        )
    if not faults:
        yield fine("ledger", f"{newest_seq(connection)} commits add up, and all their rows are there")


def _set_aside(connection: duckdb.DuckDBPyConnection) -> Findings:
    check = "set aside"
    try:
        commits = connection.execute(PRESENT).fetchall()
    except duckdb.CatalogException:
        commits = []  # a ledger from before any was
    for seq, rows, error in commits:
        yield Finding(
            check,
            Severity.PROBLEM,
            f"commit {seq} with {rows} spans and events is in no mart; they cannot be built with it: {error}",
            "Its rows are safe in the ledger, and everything beside it is built. Another version of spanmart "
            "tries it again. Please report the error.",
            "pip install --upgrade 'spanmart[server]'",
        )
    if not commits:
        yield fine(check, "no commit is left out of the marts")


def _retention(connection: duckdb.DuckDBPyConnection) -> Findings:
    check = "retention"
    try:
        failure = connection.execute(NEWEST_FAILURE).fetchone()
    except duckdb.CatalogException:
        failure = None
    if failure is None:
        yield fine(check, "retention, where there is any, has taken what it is to take")
        return
    yield Finding(
        check,
        Severity.PROBLEM,
        f"at {failure[0]:%Y-%m-%d %H:%M} UTC retention could not go on: {failure[1]}",
        "Texts or rows that are older than you keep them are still there. It is tried again every hour.",
        "df -h",
    )


def _watermark(connection: duckdb.DuckDBPyConnection, folder: Path) -> Findings:
    try:
        [refreshed] = connection.execute(REFRESHED).fetchall()[0]
    except duckdb.CatalogException:
        refreshed = None
    committed = newest_seq(connection)
    if refreshed is None:
        yield fine("marts", "the marts are not built yet; the next start builds them")
    elif refreshed > committed:
        yield Finding(
            "marts",
            Severity.WARNING,
            f"the marts hold commit {refreshed}, the ledger ends at {committed}",
            "They were built from another ledger. The next start builds them anew; to do it now:",
            f"spanmart build --full-refresh --data {folder}",
        )
    else:
        yield fine("marts", f"the marts hold {refreshed} of {committed} commits")


def _unread_spans(connection: duckdb.DuckDBPyConnection) -> Findings:
    check = "unread spans"
    try:
        scopes = connection.execute(UNREAD).fetchall()
    except duckdb.CatalogException:
        return  # the marts are not built yet
    if not scopes:
        yield fine(check, "no span looks like a model call and is not read")
        return
    spans, kinds = sum(scope[1] for scope in scopes), sum(scope[2] for scope in scopes)
    named = [f"{_printable(scope)} ({count:,})" for scope, count, _ in scopes[:MOST_SCOPES]]
    more = len(scopes) - len(named)
    yield Finding(
        check,
        Severity.WARNING,
        f"{spans:,} spans of {kinds:,} kinds look like model calls and are not read, of the scopes "
        + ", ".join(named)
        + (f" and {more:,} more" if more else ""),
        "Their calls, tokens and costs are in no mart but unread_spans, which has their keys. A newer "
        "version may read them; until then send these calls by a convention that docs/marts.md lists.",
        "pip install --upgrade 'spanmart[server]'",
    )


def _printable(name: str | None) -> str:
    """A name that anybody may have sent, for a terminal."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in name or "")
    return (shown[:LONGEST_NAME] + "…" if len(shown) > LONGEST_NAME else shown) or "(none)"


def _damaged(folder: Path, catalog: str, reason: str) -> Finding:
    found = f"{catalog}.duckdb cannot be read: {reason}"
    if catalog == "marts":
        return Finding(
            "opens",
            Severity.PROBLEM,
            found,
            "Nothing is lost: the marts are built from the ledger. The next start sets a file that does not "
            "open aside by itself; one that opens is built anew by",
            f"spanmart build --full-refresh --data {folder}",
        )
    return Finding(
        "opens",
        Severity.PROBLEM,
        found,
        f"It holds {HOLDS[catalog]}. spanmart leaves it as it is. Restoring keeps it under another name.",
        _restore(folder),
    )


def _restore(folder: Path) -> str:
    return f"spanmart restore BACKUP --data {folder} --force"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
