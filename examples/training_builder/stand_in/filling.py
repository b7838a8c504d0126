"""Fills a JSON schema with fitting content, so that what `json_schema` asks for is what it gets."""

import json
import math
from collections.abc import Callable
from typing import Any

from pydantic import JsonValue

from .errors import invalid_request
from .writing import Writer

Schema = dict[str, Any]


class Filling:
    """Makes values valid against one schema; text comes from the writer, chosen by the property's name."""

    def __init__(self, root: Schema, writer: Writer) -> None:
        self._root = root
        self._writer = writer

    def value(self) -> JsonValue:
        """Return a value valid against the whole schema; 400 where it uses what the stand-in cannot fill."""
        return self._fill(self._root, "content")

    def _fill(self, schema: Schema, name: str) -> JsonValue:
        schema = self._resolved(schema)
        if "const" in schema:
            const: JsonValue = schema["const"]
            return const
        if "enum" in schema:
            allowed: list[JsonValue] = schema["enum"]
            return self._writer.random.choice(allowed)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._fill(schema[key][0], name)
        return self._of_type(schema, name)

    def _of_type(self, schema: Schema, name: str) -> JsonValue:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        fill = self._by_type.get(kind[0] if isinstance(kind, list) else kind)
        if fill is None:
            raise invalid_request(f"The stand-in cannot fill a schema of type {kind!r}", "response_format")
        return fill(self, schema, name)

    def _resolved(self, schema: Schema) -> Schema:
        """Follow `$ref` within the document."""
        while "$ref" in schema:
            target: Any = self._root
            for step in schema["$ref"].removeprefix("#").strip("/").split("/"):
                target = target[step] if step else target
            schema = target
        return schema

    def _object(self, schema: Schema, name: str) -> dict[str, JsonValue]:
        return {key: self._fill(inner, key) for key, inner in schema.get("properties", {}).items()}

    def _array(self, schema: Schema, name: str) -> list[JsonValue]:
        most = schema.get("maxItems", max(5, schema.get("minItems", 0)))
        number = self._writer.random.randint(schema.get("minItems", min(3, most)), most)
        return [self._fill(schema.get("items", {}), _singular(name)) for _ in range(number)]

    def _number(self, schema: Schema, name: str) -> int:
        least = math.ceil(schema.get("minimum", min(5, schema.get("maximum", 5))))
        return self._writer.random.randint(least, math.floor(schema.get("maximum", max(least, 45))))

    def _string(self, schema: Schema, name: str) -> str:
        text = text_for(name, self._writer)
        return text.ljust(int(schema.get("minLength", 0)))[: schema.get("maxLength")]

    def _boolean(self, schema: Schema, name: str) -> bool:
        return self._writer.random.random() < 0.5

    def _null(self, schema: Schema, name: str) -> None:
        return None

    _by_type: dict[str, Callable[["Filling", Schema, str], JsonValue]] = {  # noqa: RUF012
        "object": _object,
        "array": _array,
        "string": _string,
        "integer": _number,
        "number": _number,
        "boolean": _boolean,
        "null": _null,
    }


_SHORT: tuple[tuple[str, Callable[[Writer], str]], ...] = (
    ("title", Writer.title),
    ("heading", Writer.heading),
    ("material", Writer.heading),
    ("subject", Writer.pitch),
    ("headline", Writer.title),
    ("slogan", Writer.pitch),
    ("post", Writer.pitch),
    ("hashtag", lambda writer: "#" + "".join(word.capitalize() for word in writer.heading().split())),
    ("question", lambda writer: f"What would you change about {writer.heading().lower()}?"),
    ("audience", lambda writer: writer.brief.audience),
)


def text_for(name: str, writer: Writer) -> str:
    """Return text that fits a property of this name: a title, a heading, a post, else a few sentences."""
    for word, write in _SHORT:
        if word in name.lower():
            return write(writer)
    return writer.paragraph(3)


def free_json(writer: Writer) -> str:
    """Return a JSON object for `json_object`, where the prompt and not a schema says what is wanted."""
    shapes: dict[str, dict[str, Any]] = {
        "titles": {"titles": ["title"] * 5},
        "training_kit": {"agenda": ["heading"] * 4, "materials": ["material"] * 3, "exercise": "exercise"},
        "marketing_kit": {"headline": "headline", "email": "email", "posts": ["post"] * 3},
    }
    shape = shapes.get(writer.brief.kind, {"title": "title", "text": "text"})
    return json.dumps({key: _written(names, writer) for key, names in shape.items()}, ensure_ascii=False)


def _written(names: list[str] | str, writer: Writer) -> list[str] | str:
    return text_for(names, writer) if isinstance(names, str) else [text_for(name, writer) for name in names]


def _singular(name: str) -> str:
    return name.removesuffix("s")
