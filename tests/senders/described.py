"""The telemetry that every SDK is told to send, and the rows that it must become."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

DESCRIBED: dict[str, Any] = json.loads(Path(__file__).with_name("telemetry.json").read_text(encoding="utf-8"))


def described_calls(count: int) -> dict[str, Any]:
    """Telemetry of so many LLM calls, and nothing else."""
    call = {
        **DESCRIBED["spans"][0],
        "kind": "CLIENT",
        "attributes": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"},
    }
    return {**DESCRIBED, "spans": list(itertools.repeat(call, count)), "logs": []}


def expected_spans(ids: list[str]) -> list[Row]:
    """One row a span, as in raw.spans; events and links parsed."""
    return [_span(described, ids) for described in DESCRIBED["spans"]]


def _span(described: Row, ids: list[str]) -> Row:
    trace_id, span_id = ids[DESCRIBED["spans"].index(described)].split("-")
    status = described["status"] or {"code": "UNSET", "message": ""}
    parent = described["parent"]
    return {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": None if parent is None else ids[parent].split("-")[1],
        "name": described["name"],
        "kind": described["kind"],
        "start_time_unix_nano": int(described["start"]),
        "end_time_unix_nano": int(described["end"]),
        "status_code": status["code"],
        "status_message": status["message"],
        "service_name": DESCRIBED["resource"]["service.name"],
        "scope_name": DESCRIBED["scope"]["name"],
        "scope_version": DESCRIBED["scope"]["version"],
        "attributes": _texts(described["attributes"]),
        "events": [_event(event) for event in described["events"]],
        "links": [_link(link, ids) for link in described["links"]],
    }


def _event(event: Row) -> Row:
    return {
        "name": event["name"],
        "time_unix_nano": int(event["time"]),
        "attributes": event["attributes"],
    }


def _link(link: Row, ids: list[str]) -> Row:
    trace_id, span_id = ids[link["to"]].split("-")
    return {"trace_id": trace_id, "span_id": span_id, "trace_state": "", "attributes": link["attributes"]}


def expected_log_events(ids: list[str]) -> list[Row]:
    """One row a log record, as in raw.log_events."""
    return [_log_event(described, ids) for described in DESCRIBED["logs"]]


def _log_event(described: Row, ids: list[str]) -> Row:
    span = described["span"]
    trace_id, span_id = (None, None) if span is None else ids[span].split("-")
    return {
        "time_unix_nano": int(described["time"]),
        "trace_id": trace_id,
        "span_id": span_id,
        "event_name": described["name"],
        "severity": described["severity"],
        "body": _text(described["body"]),
        "attributes": _texts(described["attributes"]),
    }


def expected_resource() -> dict[str, str]:
    """What the SDK adds to it is its own affair."""
    return _texts(DESCRIBED["resource"])


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
