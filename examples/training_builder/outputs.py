"""The structured outputs that the newer prompts ask for."""

from pydantic import BaseModel


class SessionTitles(BaseModel):
    """Titles to choose from."""

    titles: list[str]


class AgendaItem(BaseModel):
    """One step of a session."""

    heading: str
    minutes: int
    activity: str


class TrainingKit(BaseModel):
    """What a facilitator takes into the room."""

    title: str
    agenda: list[AgendaItem]
    materials: list[str]
    exercise: str
    debrief_questions: list[str]


class MarketingKit(BaseModel):
    """What goes out before a session."""

    headline: str
    email: str
    posts: list[str]
    hashtags: list[str]
