"""Vectors for texts: each word votes for a few dimensions, so texts that share words lie close together."""

import base64
import hashlib
import math
import re
import struct
from typing import Any

from . import models, tokens
from .asked import Asked
from .errors import invalid_request

_DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
_VOTES = 8


def embeddings(asked: Asked) -> dict[str, Any]:
    """Return the `list` of embeddings of the request's inputs, as floats or as base64 of float32."""
    model = models.find(asked.model, models.EMBEDDING_MODELS)
    dimensions = asked.body.get("dimensions") or _DIMENSIONS[model.name]
    if not 1 <= dimensions <= _DIMENSIONS[model.name]:
        raise invalid_request(f"dimensions must be from 1 to {_DIMENSIONS[model.name]}", "dimensions")
    packed = asked.body.get("encoding_format") == "base64"
    vectors = [vector(text, dimensions) for text in asked.texts]
    used = sum(tokens.count(text) for text in asked.texts)
    return {
        "object": "list",
        "data": [_item(index, values, packed) for index, values in enumerate(vectors)],
        "model": model.snapshot,
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def vector(text: str, dimensions: int) -> list[float]:
    """Return a vector of length 1."""
    values = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.sha256(word.encode()).digest()
        for start in range(0, _VOTES * 4, 4):
            number = int.from_bytes(digest[start : start + 4])
            values[number % dimensions] += 1.0 if number & 1 << 31 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]


def _item(index: int, values: list[float], packed: bool) -> dict[str, Any]:
    encoded = base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode() if packed else values
    return {"object": "embedding", "index": index, "embedding": encoded}
