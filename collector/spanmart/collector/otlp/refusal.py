"""Why a request is refused: one reason, told over HTTP and gRPC as `google.rpc.Status`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from google.protobuf.any_pb2 import Any as PackedMessage
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

from spanmart.warehouse.errors import LandingError, LandingOverloaded

# How long a sender waits before it tries a disk or a process that is not ready.
RETRY_AFTER_S = 5


@dataclass(frozen=True)
class Violation:
    """A place in the request, such as `resource_spans[0].resource`, and what is wrong there."""

    field: str
    description: str


class Refusal(Exception):
    """A request that is not accepted; the text is for the person who runs the sender.

    `challenge` is what the sender is to show, as the header WWW-Authenticate says it.
    """

    def __init__(
        self,
        http_status: int,
        code: int,
        message: str,
        *,
        violations: Sequence[Violation] = (),
        retry_after_s: int | None = None,
        challenge: str | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message
        self.violations = violations
        self.retry_after_s = retry_after_s
        self.challenge = challenge

    @classmethod
    def bad_data(cls, field: str, description: str) -> Self:
        """The body cannot be understood; sending it again will not help."""
        violation = Violation(field, description)
        return cls(400, Code.INVALID_ARGUMENT, f"{field}: {description}", violations=[violation])

    @classmethod
    def too_large(cls, message: str) -> Self:
        """The request is beyond a size limit; sending it again will not help, splitting it will."""
        return cls(413, Code.RESOURCE_EXHAUSTED, message)

    @classmethod
    def unsupported(cls, message: str) -> Self:
        """The request is written in a way that this receiver does not read."""
        return cls(415, Code.INVALID_ARGUMENT, message)

    @classmethod
    def unauthenticated(cls, message: str, problem: str | None = None) -> Self:
        """Nobody is known to send this; `problem` is RFC 6750's word where a token was shown."""
        challenge = f'Bearer error="{problem}"' if problem else "Bearer"
        return cls(401, Code.UNAUTHENTICATED, message, challenge=challenge)

    @classmethod
    def without_scope(cls, message: str, scope: str) -> Self:
        """Who sends this is known, and may not."""
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        return cls(403, Code.PERMISSION_DENIED, message, challenge=challenge)

    @classmethod
    def not_landed(cls, error: LandingError) -> Self:
        """The rows could not be stored now; sending them again is safe and may help."""
        retry_after_s = error.retry_after_s if isinstance(error, LandingOverloaded) else RETRY_AFTER_S
        return cls(503, Code.UNAVAILABLE, str(error), retry_after_s=retry_after_s)

    def status(self) -> Status:
        """The refusal as the protocol's error message, details included."""
        details: list[Message] = []
        if self.violations:
            bad_request = BadRequest()
            for violation in self.violations:
                bad_request.field_violations.add(field=violation.field, description=violation.description)
            details.append(bad_request)
        if self.retry_after_s is not None:
            retry_info = RetryInfo()
            retry_info.retry_delay.FromSeconds(self.retry_after_s)
            details.append(retry_info)
        return Status(code=self.code, message=self.message, details=[_pack(detail) for detail in details])


def _pack(detail: Message) -> PackedMessage:
    packed = PackedMessage()
    packed.Pack(detail)
    return packed
