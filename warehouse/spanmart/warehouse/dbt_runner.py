"""dbt inside this process: the project parsed once, then run as often as the marts must be refreshed.

dbt keeps its connection in a class variable, so that two runs at once would close each other's: one lock for
all.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.location import DbtFiles, dbt_project_dir

if TYPE_CHECKING:
    from spanmart.warehouse.database import Warehouse

Progress = Callable[[str], None]

# Views change only with the project, so a refresh leaves them alone.
REFRESHED = ("--exclude", "config.materialized:view")
# What is no mart is nobody's contract: its name may go with the project that made it.
INNER_SCHEMAS = ("staging", "refresh", "intermediate")
INNER_RELATIONS = """
select schema_name, view_name as name, 'view' as kind from duckdb_views()
where database_name = 'marts' and list_contains($schemas, schema_name)
union all
select schema_name, table_name, 'table' from duckdb_tables()
where database_name = 'marts' and list_contains($schemas, schema_name)
"""
SILENT = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats")

_ONE_RUN = threading.Lock()
# By fingerprint: the project reads the same for every warehouse, as their files have the same names.
_PARSED: dict[str, Any] = {}


class DbtFailed(WarehouseError):
    """A model or test did not pass; the message names each with what dbt said of it.

    `begun` are the nodes that were not skipped; none, where dbt itself did not come so far.
    """

    def __init__(self, message: str, begun: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.begun = frozenset(begun)


@dataclass(frozen=True)
class NodeResult:
    """How one model or test went. `status` is dbt's: success, pass, warn, error, fail, skipped."""

    name: str
    kind: str
    status: str
    message: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.status in ("success", "pass", "warn", "no-op")


class DbtRunner:
    """The project bound to one warehouse's files, which this process holds open."""

    def __init__(self, warehouse: "Warehouse") -> None:
        self._project = dbt_project_dir()
        self._files = DbtFiles.under(warehouse.folder)
        self._files.write_profile(
            warehouse.marts_path, landing=warehouse.landing_path, app=warehouse.app_path
        )
        self._warehouse = warehouse
        self._fingerprint: str | None = None

    @property
    def fingerprint(self) -> str:
        """Changes when the project or DuckDB does: the marts must then be rebuilt."""
        if self._fingerprint is None:
            self._fingerprint = self._digest()
        return self._fingerprint

    def forget(self) -> None:
        """Read the project anew next time: it may have been read while it was being replaced."""
        _PARSED.pop(self._fingerprint or "", None)
        self._fingerprint = None

    def _digest(self) -> str:
        # The marts keep hashes that DuckDB made of ids; another version may make others.
        digest = hashlib.sha256(duckdb.__version__.encode())
        for path in sorted(self._project.rglob("*")):
            if path.suffix in (".sql", ".py", ".yml") and "target" not in path.parts:
                digest.update(path.relative_to(self._project).as_posix().encode() + path.read_bytes())
        return digest.hexdigest()[:16]

    def parse(self) -> None:
        """Read the project, once; some seconds in a process that has not imported dbt yet."""
        if self.fingerprint not in _PARSED:
            _PARSED[self.fingerprint] = self._invoke(("parse",), None)

    def refresh(self, variables: dict[str, Any], progress: Progress | None = None) -> list[NodeResult]:
        """Bring the marts up to date with what has landed."""
        return self._run(("run", *REFRESHED), variables, progress)

    def rebuild(self, variables: dict[str, Any], progress: Progress | None = None) -> list[NodeResult]:
        """Make everything anew: views, and the marts from the start of the ledger."""
        self._drop_former_models()
        return self._run(("run", "--full-refresh"), variables, progress)

    def _drop_former_models(self) -> None:
        """Drop what a project of before left under names that are no models any more.

        First, so that an older version that opens the folder in the middle finds no finished refresh of its
        own.
        """
        self.parse()
        models = {(node.schema, node.name) for node in _PARSED[self.fingerprint].nodes.values()}
        with self._warehouse.cursor() as cursor:
            cursor.execute(INNER_RELATIONS, {"schemas": INNER_SCHEMAS})
            for schema, name, kind in cursor.fetchall():
                if (schema, name) not in models:
                    cursor.execute(f'drop {kind} "{schema}"."{name}"')

    def test(self, progress: Progress | None = None) -> list[NodeResult]:
        """Run every data and unit test over the marts as they are. A failing one is a result, no error."""
        self.parse()
        return _results(self._invoke(("test",), progress, failing_is_result=True))

    def compiled(self, analysis: str) -> str:
        """The SQL of an analysis of the project, for who runs it."""
        self.parse()
        [compiled] = self._invoke(("compile", "--select", analysis), None).results
        return str(compiled.node.compiled_code)

    def describe(self, progress: Progress | None = None) -> bytes:
        """The page of dbt's docs, with all that it shows inside it."""
        self.parse()
        self._invoke(("docs", "generate", "--static"), progress)
        page = (self._files.target / "static_index.html").read_text(encoding="utf-8")
        # Whoever reads it need not know where it was made.
        return page.replace(f"{self._files.target}/", "").replace(f"{self._project}", "").encode()

    def _run(
        self, command: Sequence[str], variables: dict[str, Any], progress: Progress | None
    ) -> list[NodeResult]:
        self.parse()
        results = _results(
            self._invoke((*command, "--vars", json.dumps(variables)), progress, failing_is_result=True)
        )
        broken = [result for result in results if not result.passed and result.status != "skipped"]
        if broken:
            begun = [result.name for result in results if result.status != "skipped"]
            raise DbtFailed("; ".join(f"{each.name}: {each.message.strip()}" for each in broken), begun)
        return results

    def _invoke(
        self, command: Sequence[str], progress: Progress | None, failing_is_result: bool = False
    ) -> Any:  # noqa: ANN401 - dbt's results have no common type
        # Importing dbt takes seconds; whoever only reads the marts shall not wait for it.
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        callbacks = [_reporting(progress)] if progress else []
        places = (
            *("--project-dir", str(self._project), "--profiles-dir", str(self._files.profiles)),
            *("--target-path", str(self._files.target), "--log-path", str(self._files.logs)),
        )
        with _ONE_RUN:
            try:
                outcome = dbtRunner(manifest=_PARSED.get(self.fingerprint), callbacks=callbacks).invoke(
                    [*SILENT, "--no-write-json", *command, *places]
                )
            finally:
                # dbt would keep its connection, and with it the files of a warehouse that is closed.
                if DuckDBConnectionManager._ENV is not None:
                    DuckDBConnectionManager._ENV.close()
        if outcome.exception is not None:
            raise DbtFailed(f"dbt {command[0]}: {outcome.exception}") from outcome.exception
        if not outcome.success and not (failing_is_result and outcome.result):
            raise DbtFailed(f"dbt {command[0]} failed without saying why; see {self._files.logs}")
        return outcome.result


def _results(outcome: Any) -> list[NodeResult]:  # noqa: ANN401
    return [
        NodeResult(
            name=result.node.name,
            kind=str(result.node.resource_type),
            status=str(result.status),
            message=result.message or "",
            seconds=result.execution_time,
        )
        for result in outcome.results
    ]


def _reporting(progress: Progress) -> Callable[[Any], None]:
    def report(event: Any) -> None:  # noqa: ANN401
        if event.info.name == "NodeStart":
            progress(event.data.node_info.node_name)

    return report
