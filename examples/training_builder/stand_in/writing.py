"""Composes prose from sentence patterns: varied, readable, and recognisably about the request."""

import random

from .brief import Brief

STEPS = (
    "first checks", "the handover", "roles and who decides", "the common mistakes", "a practice round",
    "reading the warning signs", "what the rules say", "speaking up early", "tools and where they are kept",
    "a case from last year", "what to write down", "planning the next week", "asking better questions",
    "when to stop and call for help", "giving feedback", "the first ten minutes", "measuring the result",
    "working with other teams", "the awkward conversation", "the standard to aim for",
)  # fmt: skip
_OPENINGS = (
    "{topic} begins long before anyone notices that something is wrong.",
    "Most of {audience} have met {topic} at work; few were ever shown how it is done well.",
    "Ask {audience} what {topic} means and you get five answers, all half right.",
    "This part takes {topic} out of the manual and puts it where {audience} work.",
    "There is one reason to care about {topic}: {goal}.",
)
_BODIES = (
    "Start with {step}: it takes {n} minutes and prevents most of what follows.",
    "Let pairs compare how they handle {step}, then collect the differences on one sheet.",
    "In {n} out of ten reported cases, {step} was skipped because the day was full.",
    "Show {step} once without words, once with, and then let a participant lead.",
    "Keep {step} short; {audience} remember what they did, not what they were told.",
    "A {tone} tone helps here: name what happened in {step}, then what to do next time.",
    "Write down who is responsible for {step}, by name, before the group leaves the room.",
    "Connect {step} with the goal of the session: {goal}.",
    "If time is short, drop the slides and keep {step}.",
    "Use an example from the participants' own place; {step} looks different on a night shift.",
)
_CLOSINGS = (
    "Close by asking each person for one thing they will do differently on Monday.",
    "End with {step} and a date on which the group looks at it again.",
    "What remains is practice: {n} short rounds are worth more than one long talk.",
    "Before the break, let the group say in one sentence what {topic} is for.",
)
_TITLES = (
    "{topic}: what {audience} need on day one", "{topic} in {n} steps", "From {step} to routine: {topic}",
    "{topic} without the jargon", "Getting {topic} right", "{topic}: {step} and beyond",
    "The {tone} guide to {topic}", "Why {topic} fails, and how yours will not",
)  # fmt: skip
_PITCHES = (
    "Join {audience} who would rather practise {topic} than hear about it.",
    "{n} places, one morning, and {step} that you can use the same day.",
    "You know the theory of {topic}. This is the part with your hands on it.",
    "Bring one case of your own; leave with a plan for {step}.",
)


class Writer:
    """Writes about one brief; the same brief and seed give the same words."""

    def __init__(self, brief: Brief, seed: str) -> None:
        self.brief = brief
        self.random = random.Random(seed)

    def sentence(self, patterns: tuple[str, ...]) -> str:
        """Fill one of the patterns; the result starts with a capital."""
        brief = self.brief
        text = self.random.choice(patterns).format(
            topic=_mid_sentence(brief.topic),
            audience=brief.audience,
            tone=brief.tone,
            goal=brief.goal.rstrip("."),
            step=self.random.choice(STEPS),
            n=self.random.randint(3, 9),
        )
        return text[:1].upper() + text[1:]

    def title(self) -> str:
        """One title."""
        return self.sentence(_TITLES)

    def pitch(self) -> str:
        """One line of promotion."""
        return self.sentence(_PITCHES)

    def heading(self) -> str:
        """A step of a session, as a heading."""
        return self.random.choice(STEPS).capitalize()

    def paragraph(self, sentences: int = 4) -> str:
        """A paragraph of about this many sentences, none twice in a row."""
        bodies = self.random.sample(_BODIES, k=min(max(sentences - 1, 1), len(_BODIES)))
        return " ".join(self.sentence((pattern,)) for pattern in bodies)

    def prose(self) -> str:
        """The whole text that the brief's kind asks for."""
        match self.brief.kind:
            case "titles":
                return self._numbered([self.title() for _ in range(5)])
            case "outline":
                return self._outline()
            case "marketing_kit":
                return "\n\n".join([self.title(), *(self.pitch() for _ in range(4)), self.paragraph(3)])
            case _:
                return self._article()

    def _outline(self) -> str:
        headings = self.random.sample(STEPS, k=self.random.randint(4, 6))
        parts = [f"{heading.capitalize()}\n{self._points()}" for heading in headings]
        return f"{self.brief.topic}, for {self.brief.audience}\n\n" + self._numbered(parts, gap="\n\n")

    def _points(self) -> str:
        return "\n".join(f"   - {self.sentence(_BODIES)}" for _ in range(self.random.randint(2, 3)))

    def _article(self) -> str:
        middle = [self.paragraph(self.random.randint(3, 5)) for _ in range(self.random.randint(2, 4))]
        return "\n\n".join([self.sentence(_OPENINGS), *middle, self.sentence(_CLOSINGS)])

    def _numbered(self, items: list[str], gap: str = "\n") -> str:
        return gap.join(f"{number}. {item}" for number, item in enumerate(items, start=1))


def _mid_sentence(phrase: str) -> str:
    """Lower the first letter, unless the word is an abbreviation."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]
