"""What each endpoint of the API is called, asks for and answers: one module for each kind of them."""

from spanmart.instrumentation.openai.endpoints.chat import Chat
from spanmart.instrumentation.openai.endpoints.completions import Completions
from spanmart.instrumentation.openai.endpoints.embeddings import Embeddings
from spanmart.instrumentation.openai.endpoints.endpoint import Answer, Endpoint, ReportedError, StreamReader
from spanmart.instrumentation.openai.endpoints.other import Other, operation_of
from spanmart.instrumentation.openai.endpoints.responses import Responses

__all__ = [
    "LLM_OPERATIONS",
    "Answer",
    "Endpoint",
    "ReportedError",
    "Responses",
    "StreamReader",
    "endpoint_of",
]

LLM_OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "embeddings"})
"""Operations of which each is an interaction of its own; what else the client does is not."""

_CREATING: dict[str, Endpoint] = {
    "chat/completions": Chat(),
    "responses": Responses(),
    "completions": Completions(),
    "embeddings": Embeddings(),
    "images/generations": Other("generate_content", "image"),
    "images/edits": Other("generate_content", "image"),
    "images/variations": Other("generate_content", "image"),
    "audio/speech": Other("generate_content", "speech"),
    "audio/transcriptions": Other("transcription", "text"),
    "audio/translations": Other("translation", "text"),
    "moderations": Other("moderation"),
}


def endpoint_of(method: str, url: str) -> Endpoint:
    """The endpoint that a request goes to; `url` is a path, or a whole address with `/v1/` in it."""
    path = url.partition("?")[0].rpartition("/v1/")[2].strip("/")
    verb = method.lower()
    if verb == "post" and path in _CREATING:
        return _CREATING[path]
    if verb == "get" and path.startswith("responses/") and path.count("/") == 1:
        return Responses("responses.retrieve", retrieved=path.rpartition("/")[2])
    return Other(operation_of(verb, path))
