"""Finds related material by embeddings."""

from openai import OpenAI

_TIMEOUT_S = 3.0
_TITLES = (
    "Ladder checks for new warehouse staff",
    "Near misses: how to report them",
    "Lifting and carrying, a short course",
    "Saying no to a customer in a friendly way",
    "Feedback in ten minutes",
    "Meetings that end on time",
    "Data protection at the front desk",
    "Spreadsheets: formulas and checks",
    "A first day that people remember",
    "Fire exits and meeting points",
)


def related_title(client: OpenAI, subject: str) -> str:
    """Return the title in the library that is closest in meaning to the subject."""
    answer = client.with_options(timeout=_TIMEOUT_S, max_retries=1).embeddings.create(
        model="text-embedding-3-small", input=[subject, *_TITLES]
    )
    wanted, *known = (item.embedding for item in answer.data)
    closeness = [sum(a * b for a, b in zip(wanted, vector, strict=True)) for vector in known]
    return _TITLES[closeness.index(max(closeness))]
