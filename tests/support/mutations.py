"""Spans as no instrumentation should send them: one thing of a sound span changed at a time, by a seed."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from support.dialects import DIALECTS
from support.recorded_bodies import rows_of
from support.spans import NANOSECONDS, Row, failed, span

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
RECORDED = ("spans/*.otlp.pb", "dialects/*/*.traces.pb", "senders/*.pb")
# Half a megabyte of levels, and as many as Python still reads.
DEPTHS = (70, 900, 100_000)
TIMES = (
    0,
    1,
    10**9,
    946_684_799 * NANOSECONDS,
    9_223_372_036_854_775_807,
    2**64 - 1,
    9_300_000_000 * NANOSECONDS,
)

TEXTS = (
    "",
    " ",
    "null",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e308",
    "1e12",
    "7e10",
    "-2.6e11",
    "99999999999999999999",
    "-9223372036854775808",
    "9" * 5_000,
    "0.1e-400",
    "true",
    "[]",
    "{}",
    "[null]",
    '""',
    '"',
    "[[[[1]]]]",
    '{"": 1}',
    '{"a": 1, "a": 2}',
    '[{"role": "user", "role": "tool", "content": {"content": [1, null, {}]}}]',
    '[{"role": 7, "parts": "x"}, 3, null]',
    '[{"parts": [{"type": "tool_call", "arguments": NaN}]}]',
    '[{"parts": [{"type": "text", "content": 1e999}]}]',
    r'[{"role": "user", "parts": [{"type": "text", "content": "\ud83e"}]}]',
    r'{"a\u0000": "\u0000", "\udfff": "\ud800"}',
    "a\x00b",
    "\x00",
    "\ufeff[1]",
    "\U0001f600" * 100,
    "0001-01-01T00:00:00Z",
    "-4713-01-01",
    "294247-01-10T04:00:54.775806Z",
    "9999-12-31 23:59:59",
    "infinity",
    "'; drop table interactions; --",
    "{{ 1/0 }}",
    "%s%n\\",
    "(?i)[",
    "x" * 1_000_000,
    json.dumps(["v"] * 20_000),
    *('{"a":' * depth + "1" + "}" * depth for depth in DEPTHS),
    *("[" * depth + "]" * depth for depth in DEPTHS),
    *('[{"parts":' * depth + "1" + "}]" * depth for depth in DEPTHS),
)


@dataclass(frozen=True)
class Mutation:
    """A row and what was done to it, in words short enough to read."""

    row: Row
    of: str
    done: str

    def __str__(self) -> str:
        return f"{self.of}: {self.done}"


def sound_rows() -> dict[str, list[Row]]:
    """Rows to begin with, by who made them: made up in each dialect, and those that are recorded."""
    made = {name: [make(1)] for name, make in DIALECTS.items()} | {"spanmart": [span(1), failed(1)]}
    paths = [
        path for pattern in RECORDED for path in sorted(RECORDINGS.glob(pattern)) if ".logs." not in path.name
    ]
    return made | {f"{path.parent.name}/{path.name}": rows_of(path) for path in paths}


def mutations(seed: int) -> Iterator[Mutation]:
    """Mutated rows without end, the same for the same seed."""
    dice, sources = random.Random(seed), {name: rows for name, rows in sound_rows().items() if rows}
    names = sorted(sources)
    while True:
        name = dice.choice(names)
        row = dice.choice(sources[name])
        row = row | {"attributes": list(row["attributes"]), "parent_span_id": None}
        if row["attributes"]:
            changed, done = dice.choice(MUTATIONS)(dice, row)
            yield Mutation(changed, name, done)


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:40]!r}... of {len(text)}"


def _set(row: Row, key: str, text: str) -> Row:
    return row | {
        "attributes": [(name, value) for name, value in row["attributes"] if name != key] + [(key, text)]
    }


def _odd_text(dice: random.Random, row: Row) -> tuple[Row, str]:
    key, text = dice.choice(row["attributes"])[0], dice.choice(TEXTS)
    return _set(row, key, text), f"{key} = {_shown(text)}"


def _odd_known_text(dice: random.Random, row: Row) -> tuple[Row, str]:
    key, text = dice.choice(KNOWN_KEYS), dice.choice(TEXTS)
    return _set(row, key, text), f"added {key} = {_shown(text)}"


def _cut(dice: random.Random, row: Row) -> tuple[Row, str]:
    key, text = dice.choice(row["attributes"])
    at = dice.randrange(len(text or "") + 1)
    return _set(row, key, (text or "")[:at]), f"{key} cut at {at} of {len(text or '')}"


def _swapped(dice: random.Random, row: Row) -> tuple[Row, str]:
    """A value of another key, which may be of any type."""
    (key, _), (other, text) = dice.choice(row["attributes"]), dice.choice(row["attributes"])
    return _set(row, key, text or ""), f"{key} = that of {other}"


def _twice(dice: random.Random, row: Row) -> tuple[Row, str]:
    """JSON in which every key of the outermost object stands twice."""
    keys = [(key, text) for key, text in row["attributes"] if text and text.startswith(("{", "[{"))]
    if not keys:
        return _odd_text(dice, row)
    key, text = dice.choice(keys)
    at = text.index("{") + 1
    end = text.rindex("}")
    inner = text[at:end].strip()
    return _set(
        row, key, f"{text[:at]}{inner}{',' if inner else ''}{inner}{text[end:]}"
    ), f"{key} twice in itself"


def _dropped(dice: random.Random, row: Row) -> tuple[Row, str]:
    key = dice.choice(row["attributes"])[0]
    return row | {"attributes": [pair for pair in row["attributes"] if pair[0] != key]}, f"without {key}"


def _odd_time(dice: random.Random, row: Row) -> tuple[Row, str]:
    side, time = dice.choice(["start_time_unix_nano", "end_time_unix_nano"]), dice.choice(TIMES)
    return row | {side: time}, f"{side} = {time}"


def _odd_name(dice: random.Random, row: Row) -> tuple[Row, str]:
    column = dice.choice(["name", "kind", "status_code", "status_message", "scope_name", "service_name"])
    text = dice.choice(TEXTS)
    return row | {column: text}, f"{column} = {_shown(text)}"


def _odd_event(dice: random.Random, row: Row) -> tuple[Row, str]:
    name, text = dice.choice(EVENTS), dice.choice(TEXTS)
    key = dice.choice(["gen_ai.event.content", "content", "exception.message", "exception.type", "message"])
    event = {"name": name, "time_unix_nano": dice.choice(TIMES), "attributes": {key: text}}
    return row | {
        "events": json.dumps([event] * dice.choice([1, 2]))
    }, f"event {name} with {key} = {_shown(text)}"


MUTATIONS: list[Callable[[random.Random, Row], tuple[Row, str]]] = [
    *[_odd_text] * 6, *[_odd_known_text] * 2, *[_cut] * 3, *[_twice] * 2,
    _swapped, _dropped, _odd_time, _odd_name, _odd_event,
]  # fmt: skip
EVENTS = (
    "exception",
    "gen_ai.user.message",
    "gen_ai.choice",
    "gen_ai.content.prompt",
    "gen_ai.client.inference.operation.details",
)
KNOWN_KEYS = (
    "events",
    "duration",
    "error.type",
    "user.id",
    "gen_ai.operation.name",
    "gen_ai.response.id",
    "gen_ai.usage.input_tokens",
    "gen_ai.response.finish_reasons",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.prompt.variable.title",
    "gen_ai.prompt.99999999999.content",
    "gen_ai.prompt.-1.role",
    "http.response.status_code",
    "langfuse.observation.completion_start_time",
    "langfuse.observation.usage_details",
    "llm.input_messages.x.message.role",
    "spanmart.context.audience_id",
    "spanmart.interaction.id",
    "spanmart.prompt.required_variables",
    "spanmart.response.structured_output",
    "traceloop.prompt.template_variables",
)
