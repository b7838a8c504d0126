"""An application that makes recorded calls again, in a process of its own, as an app would.

Run as `python replay_client.py BASE_URL < exchanges.json`, where the input is a list of
`{"key", "endpoint", "is_async", "body"}`. Prints one JSON line a call: `{"key", "interaction_id"}`.
"""

import asyncio
import json
import sys
from typing import Any

from openai import APIStatusError, AsyncOpenAI, OpenAI

import spanmart.instrumentation.auto  # noqa: F401  # the one line that instruments an application
from spanmart.instrumentation import interaction
from support.recorded_calls import METHODS, arguments


def call(client: OpenAI, exchange: dict[str, Any]) -> str | None:
    method = METHODS[exchange["endpoint"]](client)
    with interaction("recording", metadata={"recording": exchange["key"]}) as made:
        try:
            result = method(**arguments(method, exchange["body"], exchange["key"]))
            if exchange["body"].get("stream"):
                for _ in result:
                    pass
        except APIStatusError:
            pass
    return made.id


async def call_async(client: AsyncOpenAI, exchange: dict[str, Any]) -> str | None:
    method = METHODS[exchange["endpoint"]](client)
    async with interaction("recording", metadata={"recording": exchange["key"]}) as made:
        try:
            result = await method(**arguments(method, exchange["body"], exchange["key"]))
            if exchange["body"].get("stream"):
                async for _ in result:
                    pass
        except APIStatusError:
            pass
    return made.id


async def main(base_url: str) -> None:
    options: dict[str, Any] = {"base_url": base_url, "api_key": "replayed", "max_retries": 0}
    client, async_client = OpenAI(**options), AsyncOpenAI(**options)
    for exchange in json.load(sys.stdin):
        if exchange["is_async"]:
            made = await call_async(async_client, exchange)
        else:
            made = await asyncio.to_thread(call, client, exchange)
        print(json.dumps({"key": exchange["key"], "interaction_id": made}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
