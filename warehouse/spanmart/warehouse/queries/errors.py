"""What can go wrong when the marts are asked, each with what to do next in its message.

WarehouseError
└── ReportError
    ├── MartsNotBuilt        the first build of the marts is not done yet
    ├── MemoryShort          what runs beside the question holds the memory that it needs
    ├── UnknownInteraction   no interaction has that id
    └── InvalidCursor        a cursor that no page of this list gave
"""

from spanmart.warehouse.errors import WarehouseError


class ReportError(WarehouseError):
    """Base of what a question to the marts can raise."""


class MartsNotBuilt(ReportError):
    """The marts are still being built for the first time."""

    def __init__(self) -> None:
        super().__init__("The marts are being built for the first time. Ask again in a few seconds.")


class MemoryShort(ReportError):
    """A question needs more memory than is free at the moment."""

    def __init__(self) -> None:
        super().__init__(
            "There is not enough memory to answer beside what runs now. Ask again in a few seconds,"
            " or for a shorter period."
        )


class UnknownInteraction(ReportError):
    """No interaction has this id."""

    def __init__(self, interaction_id: str) -> None:
        super().__init__(
            f"There is no interaction {interaction_id!r}. An id is <trace_id>-<span_id> of the call's span;"
            " a call made in the last seconds appears with the next refresh."
        )
        self.interaction_id = interaction_id


class InvalidCursor(ReportError):
    """The cursor was not given by a page of this list."""

    def __init__(self) -> None:
        super().__init__(
            "The cursor does not belong to this list. Use next_cursor of the page before, unchanged and with"
            " the same filters and sort, or leave the cursor out to start at the first page."
        )
