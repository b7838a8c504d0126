"""Which server the application calls: OpenAI, a compatible one, or the stand-in it starts itself."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openai import OpenAI

from .stand_in import Faults, StandIn
from .stand_in.faults import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Provider:
    """A server and what may be asked of it.

    `model` replaces every model name where the server has its own; `patience` multiplies timeouts;
    `has_all_apis` is false for servers that may have chat completions only. On a server that makes no
    failures of its own `provokes_timeouts` says to ask now and then with a timeout too short.
    `close` lets calls under way come to a quick end.
    """

    name: str
    client: OpenAI
    model: str | None = None
    patience: float = 1.0
    has_all_apis: bool = True
    provokes_timeouts: bool = True
    costs_money: bool = False
    workers: int = 16
    burst: int = 170
    close: "Callable[[], None]" = lambda: None


def choose(environment: Mapping[str, str] = os.environ, *, seed: int = 0) -> Provider:
    """Choose by OPENAI_BASE_URL, then OPENAI_API_KEY, then the stand-in.

    SPANMART_DEMO_MODEL names the one model to use.
    """
    model = environment.get("SPANMART_DEMO_MODEL") or None
    base_url = environment.get("OPENAI_BASE_URL", "").rstrip("/") or None
    key = environment.get("OPENAI_API_KEY") or None
    if base_url and base_url != _OPENAI:
        return _compatible(base_url, key or "none", model)
    if key:
        client = OpenAI(api_key=key, base_url=_OPENAI)
        return Provider("OpenAI", client, model, patience=12, costs_money=True, workers=4, burst=25)
    stand_in = StandIn(faults=Faults(DEMO, seed), seed=seed).start()
    client = OpenAI(api_key="none", base_url=stand_in.base_url)
    name = f"the stand-in server on {stand_in.base_url}"
    return Provider(name, client, model, provokes_timeouts=False, close=stand_in.stop)


def _compatible(base_url: str, key: str, model: str | None) -> Provider:
    client = OpenAI(api_key=key, base_url=base_url)
    return Provider(
        name=base_url,
        client=client,
        model=model or _first_model(client, base_url),
        patience=40,
        has_all_apis=False,
        workers=2,
        burst=25,
    )


def _first_model(client: OpenAI, base_url: str) -> str:
    """Return the first model the server lists; SystemExit with advice if it lists none."""
    models = client.models.list().data
    if not models:
        raise SystemExit(f"{base_url} lists no models. Set SPANMART_DEMO_MODEL to the one to use.")
    return models[0].id
