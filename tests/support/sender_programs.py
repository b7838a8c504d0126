"""Small programs with other people's frameworks, what they sent, and what really happened."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from genai_prices import Usage, calc_price

from support.otlp import recordings
from support.recorded_bodies import rows_of
from support.spans import Row

FOLDER = recordings() / "senders"
# Of these a zero says as little as nothing.
DETAILS = ("cached_input_tokens", "cache_write_tokens", "reasoning_tokens")


@dataclass(frozen=True)
class Program:
    """One program: the bodies that it sent, and its truth."""

    name: str
    truth: dict[str, Any]

    @property
    def rows(self) -> list[Row]:
        """The spans and events that arrived, in their order."""
        bodies = [FOLDER / f"{self.name}.pb", FOLDER / f"{self.name}.logs.pb"]
        return [row for body in bodies if body.exists() for row in rows_of(body)]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls of which the sender tells at all.

        LiteLLM is said to make no span of its call 9; it does, with usage and the response's id.
        """
        untraced = set(self.truth["untraced"]) - ({9} if self.name == "litellm-otel" else set())
        return [call for call in self.truth["calls"] if call["n"] not in untraced]

    def skipped(self, call: dict[str, Any]) -> set[str]:
        """Fields that the payload does not carry for a call."""
        skip = self.truth["skip"]
        return {*skip.get("*", ()), *skip.get(str(call["n"]), ())}


def programs() -> list[Program]:
    return [Program(path.stem, json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))]


def expected(program: Program, call: dict[str, Any]) -> dict[str, Any]:
    """The fields of a call's row, without those that the sender cannot tell."""
    facts = {
        "provider": call["provider"],
        "operation": call["operation"],
        "request_model": call["request_model"],
        "model_used": call["model"],
        "response_id": call.get("response_id"),
        "is_streamed": call["streamed"],
        "status": call["status"],
        "finish_reason": call["finish"],
        "input_tokens": call["input"],
        "cached_input_tokens": call["cached"],
        "cache_write_tokens": call.get("cache_write"),
        "output_tokens": call["output"],
        "reasoning_tokens": call["reasoning"],
        "ai_response": call["text"],
        "tool_calls": [(tool["name"], json.loads(tool["arguments"])) for tool in call["tools"]],
        "prompt": [],
        "system": [],
        "prompt_tool_result": [],
        "session_id": call.get("session_id", program.truth["session_id"]),
        "user_id": call.get("user_id", program.truth["user_id"]),
        "error_message": call.get("error"),
        "http_status": call["http"] if call["status"] == "failure" else None,
        "cost": cost_of(call),
    }
    if call.get("usage_sent") is False:
        for field in ("input_tokens", "output_tokens", *DETAILS, "cost"):
            del facts[field]
    return {field: fact for field, fact in facts.items() if field not in program.skipped(call)}


def cost_of(call: dict[str, Any]) -> Decimal | None:
    """What genai-prices says that the call cost."""
    if call["input"] is None:
        return None
    usage = Usage(
        input_tokens=call["input"],
        cache_read_tokens=call["cached"],
        cache_write_tokens=call.get("cache_write"),
        output_tokens=call["output"],
    )
    return calc_price(usage, call["model"], provider_id=call["provider"]).total_price


def told(call: dict[str, Any], row: Row) -> dict[str, Any]:
    """The same fields as a row has them; of texts, those that it lacks."""
    said = json.loads(row["output_messages"] or "[]")
    parts = [part for message in said for part in message.get("parts", ()) if isinstance(part, dict)]
    prompt = row["rendered_prompt"] or ""
    return {
        **row,
        "tool_calls": [(part["name"], arguments(part)) for part in parts if part.get("type") == "tool_call"],
        "prompt": [text for text in call["users"] if text not in prompt],
        "system": [call["system"]] if call["system"] and call["system"] not in prompt else [],
        "prompt_tool_result": [
            text for text in call["tool_results"] if text.replace(" ", "") not in prompt.replace(" ", "")
        ],
        "cost": row["estimated_cost_usd"],
        "http_status": row["http_status"] if call["status"] == "failure" else None,
    }


def arguments(part: dict[str, Any]) -> Any:
    value = part.get("arguments")
    return json.loads(value) if isinstance(value, str) else value


def differences(program: Program, rows: list[Row]) -> dict[str, Any]:
    """What is not right, by call and field: what the row says, and what is true."""
    wrong: dict[str, Any] = {}
    pairs, left = paired(program.calls, rows)
    for call, row in pairs:
        name = f"{call['n']} {call['api']}"
        if row is None:
            wrong[name] = "no row"
            continue
        has = told(call, row)
        for field, fact in expected(program, call).items():
            value = has[field]
            if fact is None and field in ("session_id", "user_id", "response_id"):
                continue  # the program made none; its framework may have
            if not is_same(field, value, fact):
                wrong[f"{name} {field}"] = (value, fact)
    return wrong | {f"row {row['interaction_id']}": row["rendered_prompt"] for row in left}


def is_same(field: str, value: Any, fact: Any) -> bool:
    """JSON is printed anew on its way, Google's chats are chats, and a detail of 0 may be left out."""
    if field in DETAILS:
        return (value or None) == (fact or None)
    if field == "operation":
        return value in (fact, "chat" if fact == "generate_content" else fact)
    if field == "ai_response" and value != fact and value and fact and fact.startswith("{"):
        return bool(json.loads(value) == json.loads(fact))
    return bool(value == fact)


def paired(
    calls: list[dict[str, Any]], rows: list[Row]
) -> tuple[list[tuple[dict[str, Any], Row | None]], list[Row]]:
    """Each call with the row that is most like it; and the rows that are left."""
    scores = sorted(
        (
            (-likeness(call, row, abs(place - position)), place, position)
            for place, call in enumerate(calls)
            for position, row in enumerate(rows)
        ),
    )
    found: dict[int, int] = {}
    for _, place, position in scores:
        if place not in found and position not in found.values():
            found[place] = position
    pairs = [(call, rows[found[place]] if place in found else None) for place, call in enumerate(calls)]
    return pairs, [row for position, row in enumerate(rows) if position not in found.values()]


def likeness(call: dict[str, Any], row: Row, distance: int) -> float:
    prompt, answer = row["rendered_prompt"] or "", row["ai_response"] or ""
    return (
        100 * (call.get("response_id") is not None and call.get("response_id") == row["response_id"])
        + 40 * (call["output"] is not None and call["output"] == row["output_tokens"])
        + 20 * bool(call["text"] and call["text"] in answer)
        + 10 * bool(call["users"] and call["users"][-1] in prompt)
        + 10 * (call["status"] == row["status"])
        + 5 * (call["operation"] == row["operation"])
        - distance / 10
    )
