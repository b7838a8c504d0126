"""The people who use Training Builder, and what they do with what they get."""

import hashlib
import json
import random
import re
from dataclasses import dataclass
from typing import Literal

Label = Literal["accepted", "modified", "rejected"]

# How often a text is kept as it is: the newer prompts are better, which is what the marts should find out.
_KEPT = {"1": 0.40, "2": 0.50, "3": 0.74}
_SHARE_ON_NEWEST = 0.55
_SCORES: dict[Label, tuple[int, int]] = {"accepted": (86, 7), "modified": (67, 9), "rejected": (31, 12)}
_COMMENTS: dict[Label, tuple[str, ...]] = {
    "accepted": ("used as is", "good, thanks", "the example fits our site", "better than mine"),
    "modified": ("too long, cut the end", "wrong words for our people", "shorter", "tone a bit stiff"),
    "rejected": (
        "could be about anything", "not our audience", "repeats itself", "ends in the middle",
        "tone is wrong for night shift", "ignores my notes",
    ),
}  # fmt: skip
_PLAINER = {
    "participant": "colleague", "participants": "colleagues", "group": "team", "session": "training",
    "practice": "trial", "compare": "discuss", "responsible": "in charge", "prevents": "avoids",
    "short": "brief", "goal": "aim", "awkward": "difficult", "start": "begin", "warning": "early",
}  # fmt: skip


@dataclass(frozen=True)
class User:
    """Somebody with habits: `leniency` shifts how often texts are kept; some paste whole manuals as notes."""

    id: str
    leniency: float
    pastes_manuals: bool

    def version_of(self, versions: list[str]) -> str:
        """Return the prompt version this user has, always the same; the newest is out to some of them."""
        digest = hashlib.sha256(f"{self.id} {versions}".encode()).digest()
        on_newest = digest[0] / 256 < _SHARE_ON_NEWEST
        return versions[-1] if on_newest else versions[-2]


USERS = tuple(
    User(f"user-{number:02}", leniency=(number % 5 - 2) * 0.05, pastes_manuals=number % 4 == 1)
    for number in range(1, 19)
)


@dataclass(frozen=True)
class Reaction:
    """Feedback as the user gives it; `final_text` is what was kept of a modified text."""

    label: Label
    score: int | None
    comment: str | None
    final_text: str | None


def react(rng: random.Random, user: User, version: str, text: str, flaws: int) -> Reaction | None:
    """Return what the user does with a text, None where nothing is said. Each flaw makes keeping it rarer."""
    if rng.random() < 0.3:
        return None
    kept = _KEPT[version] + user.leniency - 0.25 * flaws
    luck = rng.random()
    label: Label = "accepted" if luck < kept else "modified" if luck < kept + 0.28 else "rejected"
    final_text = revise(rng, text) if label == "modified" else None
    if final_text == text:
        label, final_text = "accepted", None
    mean, spread = _SCORES[label]
    score = round(min(100, max(0, rng.gauss(mean, spread)))) if rng.random() < 0.75 else None
    says_why = rng.random() < (0.8 if label == "rejected" else 0.35)
    return Reaction(label, score, rng.choice(_COMMENTS[label]) if says_why else None, final_text)


def revise(rng: random.Random, text: str) -> str:
    """Edit a text as a person would: plainer words, and the end of a text, or of a list, goes."""
    edited = re.sub(r"[A-Za-z]+", lambda word: _PLAINER.get(word[0], word[0]), text)
    if text.lstrip().startswith("{"):
        return _shorten_list(edited)
    paragraphs = edited.split("\n\n")
    if len(paragraphs) > 2 and rng.random() < 0.6:
        return "\n\n".join(paragraphs[:-1])
    return edited.rsplit(". ", maxsplit=1)[0].rstrip(".") + "."


def _shorten_list(text: str) -> str:
    """Drop the last entry of the first list in a JSON object; text that is no JSON stays as it is."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    first_list = next((value for value in content.values() if isinstance(value, list) and value), [])
    del first_list[-1:]
    return json.dumps(content, ensure_ascii=False)
