"""What a prompt is about, read from its own words: the stand-in's text has to fit the request."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["titles", "outline", "content", "training_kit", "marketing_kit"]

_LABEL = re.compile(r"^\s*(title|topic|audience|tone|goal)\s*:[ \t]*(.*?)\s*$", re.I | re.M)
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("marketing_kit", r"marketing|promot|campaign"),
    ("training_kit", r"training kit|facilitator"),
    ("titles", r"\btitles\b"),
    ("outline", r"\boutline\b"),
)
_STOP_WORDS = frozenset(
    {"please", "write", "about", "with", "that", "this", "from", "your", "into", "their", "what", "which"}
)


@dataclass(frozen=True)
class Brief:
    """The facts that the text is composed from; what the prompt leaves out has a plain default."""

    kind: Kind
    topic: str
    audience: str
    tone: str
    goal: str


def read(prompt: str) -> Brief:
    """Read labelled lines (`Title: ...`); without a title the prompt's longest words stand in."""
    labels = {key.lower(): value for key, value in _LABEL.findall(prompt) if value}
    topic = labels.get("title") or labels.get("topic") or _longest_words(prompt)
    return Brief(
        kind=next((kind for kind, pattern in _KINDS if re.search(pattern, prompt, re.I)), "content"),
        topic=topic,
        audience=labels.get("audience", "the participants"),
        tone=labels.get("tone", "plain"),
        goal=labels.get("goal", f"use {topic[0].lower()}{topic[1:]} at work"),
    )


def _longest_words(prompt: str) -> str:
    words = [word for word in re.findall(r"[^\W\d_]{4,}", prompt) if word.lower() not in _STOP_WORDS]
    chosen = sorted(set(sorted(words, key=len, reverse=True)[:3]), key=words.index)
    return " ".join(chosen).capitalize() or "The subject"
