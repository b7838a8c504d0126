"""The models that the stand-in answers for, under OpenAI's names so that their prices apply."""

from dataclasses import dataclass

from .errors import ApiError


@dataclass(frozen=True)
class Model:
    """What the stand-in has to know of a model: the dated name it answers with, and its limits in tokens."""

    name: str
    snapshot: str
    context_window: int
    reasons: bool = False


_CHAT = (
    Model("gpt-4o-mini", "gpt-4o-mini-2024-07-18", 128_000),
    Model("gpt-4o", "gpt-4o-2024-08-06", 128_000),
    Model("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", 1_047_576),
    Model("gpt-4.1", "gpt-4.1-2025-04-14", 1_047_576),
    Model("gpt-4", "gpt-4-0613", 8_192),
    Model("o4-mini", "o4-mini-2025-04-16", 200_000, reasons=True),
)
_EMBEDDING = (
    Model("text-embedding-3-small", "text-embedding-3-small", 8_192),
    Model("text-embedding-3-large", "text-embedding-3-large", 8_192),
)


def _by_name(models: tuple[Model, ...]) -> dict[str, Model]:
    return {name: model for model in models for name in (model.name, model.snapshot)}


CHAT_MODELS = _by_name(_CHAT)
EMBEDDING_MODELS = _by_name(_EMBEDDING)


def find(name: str, among: dict[str, Model]) -> Model:
    """Return the model of this name; `ApiError` 404 `model_not_found` if there is none."""
    if name in among:
        return among[name]
    message = f"The model `{name}` does not exist or you do not have access to it."
    raise ApiError(404, message, type="invalid_request_error", code="model_not_found")
