"""Moments as the files keep them: in UTC, which is not said."""

from datetime import UTC, datetime, timedelta


def naive_utc(moment: datetime) -> datetime:
    """The moment in UTC, without an offset."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def floor(moment: datetime, unit: timedelta) -> datetime:
    """The beginning of the unit that the moment is in, a whole number of which makes a day."""
    return moment - (moment - datetime.min) % unit
