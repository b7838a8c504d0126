"""The form that a session starts from, as people fill it in: mostly whole, sometimes not."""

import random
from dataclasses import dataclass

_SUBJECTS = (
    ("Working safely on ladders", "safety", "climb and come down without a fall"),
    ("Lockout before maintenance", "safety", "bring a machine to a safe stop and prove it"),
    ("Fire drills that work", "safety", "leave the building in four minutes"),
    ("Lifting without injury", "safety", "lift 15 kg with a straight back"),
    ("Difficult conversations", "leadership", "open a hard talk and stay calm"),
    ("Giving feedback weekly", "leadership", "say what to keep and what to change"),
    ("Running short meetings", "leadership", "end with decisions and names"),
    ("First weeks as a shift lead", "leadership", "plan the first ten days"),
    ("Handling complaints", "customer service", "turn a complaint into a repair"),
    ("Phone calls in a second language", "customer service", "check that both sides agree"),
    ("Privacy at the counter", "compliance", "recognise what must not be said aloud"),
    ("Gifts and invitations", "compliance", "decide and document within the rules"),
    ("Reading a cash-flow statement", "finance", "find where the money went"),
    ("Spreadsheets without fear", "software", "build a table that others can follow"),
    ("Phishing and passwords", "software", "spot a false message and report it"),
    ("New staff on their first day", "onboarding", "find people, tools and rules"),
)
_AUDIENCES = (
    "warehouse staff", "new shift leads", "nurses on night duty", "shop assistants", "apprentices",
    "volunteers", "project managers", "drivers", "office staff", "teachers",
)  # fmt: skip
_TONES = ("friendly", "formal", "encouraging", "plain", "humorous")
_SESSION_TYPES = ("workshop", "webinar", "course", "toolbox talk")
_PLACES = ("the canteen", "room 204", "online", "the training yard", "the branch in Graz")
_MANUAL_LINE = (
    "{n}. Before work on {title} begins, the person in charge checks the list for week {n}, notes what is "
    "missing, informs {audience} and signs. See also chapter {m} and the drawing on page {p}."
)


@dataclass(frozen=True)
class Form:
    """What the user typed; `fields` lacks what was not sent and has an empty text where nothing was typed."""

    fields: dict[str, str]
    context: dict[str, str | int]
    whole: bool


def fill_in(rng: random.Random, whole: bool) -> Form:
    """Fill in a form; one that is not whole lacks a field or has it empty."""
    title, category, goal = rng.choice(_SUBJECTS)
    audience, tone = rng.choice(_AUDIENCES), rng.choice(_TONES)
    fields = {
        "title": title,
        "audience": audience,
        "tone": tone,
        "goal": goal,
        "minutes": str(rng.choice((45, 60, 90, 120))),
        "place": rng.choice(_PLACES),
    }
    context: dict[str, str | int] = {
        "audience_id": _AUDIENCES.index(audience) + 1,
        "tone_id": _TONES.index(tone) + 1,
        "category": category,
        "session_type": rng.choice(_SESSION_TYPES),
    }
    if not whole:
        _leave_out(rng, fields, context)
    return Form(fields, context, whole)


def _leave_out(rng: random.Random, fields: dict[str, str], context: dict[str, str | int]) -> None:
    """Lose one field: an old page never sends `goal`, the others are most often left empty."""
    name = rng.choices(("tone", "audience", "goal", "minutes", "place"), weights=(4, 3, 3, 1, 1))[0]
    if name == "goal" or rng.random() < 0.3:
        del fields[name]
    else:
        fields[name] = ""
    context.pop(f"{name}_id", None)


def notes(rng: random.Random) -> str:
    """Return the notes for a section: a line or nothing."""
    lines = ("", "", "Use last month's near miss as the example.", "We have ten sets of tools.")
    return rng.choice(lines)


def pasted_manual(form: Form) -> str:
    """Return about 50,000 characters, too much for a model with a context of 8,192 tokens."""
    title, audience = form.fields["title"].lower(), form.fields.get("audience") or "everybody"
    return "\n".join(
        _MANUAL_LINE.format(n=n, m=n % 12 + 1, p=n * 3, title=title, audience=audience) for n in range(1, 290)
    )
