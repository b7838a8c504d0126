"""Where spans and events go: the providers that the app names, or else those of the process."""

from opentelemetry._logs import Logger, LoggerProvider
from opentelemetry.trace import Tracer, TracerProvider

from spanmart.instrumentation.export import providers
from spanmart.instrumentation.export.flush import Flusher, flush_at_exit
from spanmart.instrumentation.scope import SCHEMA_URL, SCOPE, get_version


class Destinations:
    """Resolved once, when the first span or event comes: until then the app may set providers of its own."""

    def __init__(
        self, tracer_provider: TracerProvider | None, logger_provider: LoggerProvider | None
    ) -> None:
        self._tracer_provider = tracer_provider
        self._logger_provider = logger_provider
        self._tracer: Tracer | None = None
        self._logger: Logger | None = None
        self._flushers: list[Flusher] = []

    def tracer(self) -> Tracer:
        """The tracer that spans are started with."""
        if self._tracer is None:
            provider = self._tracer_provider or providers.tracer_provider()
            self._tracer = provider.get_tracer(SCOPE, get_version(), schema_url=SCHEMA_URL)
            self._use(provider)
        return self._tracer

    def logger(self) -> Logger:
        """The logger that events are emitted with."""
        if self._logger is None:
            provider = self._logger_provider or providers.logger_provider()
            self._logger = provider.get_logger(SCOPE, get_version(), schema_url=SCHEMA_URL)
            self._use(provider)
        return self._logger

    def _use(self, provider: object) -> None:
        flush_at_exit()
        if not providers.is_ours(provider):
            self._flushers.append(Flusher(provider, ours=False))


_active = Destinations(None, None)


def use_destinations(destinations: Destinations) -> None:
    """Let events go there from now on."""
    global _active  # noqa: PLW0603
    _active = destinations


def active_logger() -> Logger:
    """The logger that events go to, also where instrumentation was not switched on."""
    return _active.logger()
