"""Moments as the files keep them: in UTC, which is not said."""

from datetime import UTC, datetime


def unsaid(moment: datetime) -> datetime:
    """The moment in UTC, without an offset."""
    return moment.astimezone(UTC).replace(tzinfo=None)
