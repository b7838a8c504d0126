"""What each endpoint of the API is called, asks for and answers: one module for each kind of them."""

from spanmart.instrumentation.endpoints.chat import Chat
from spanmart.instrumentation.endpoints.completions import Completions
from spanmart.instrumentation.endpoints.embeddings import Embeddings
from spanmart.instrumentation.endpoints.endpoint import Answer, Endpoint, ReportedError, StreamReader
from spanmart.instrumentation.endpoints.other import Other, resource_of
from spanmart.instrumentation.endpoints.responses import Responses

__all__ = ["Answer", "Endpoint", "ReportedError", "StreamReader", "endpoint_of"]

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
_VERBS = {"get": "retrieve", "post": "create", "delete": "delete"}


def endpoint_of(method: str, url: str) -> Endpoint:
    """The endpoint that a request goes to; `url` is a path, or a whole address with `/v1/` in it."""
    path = url.partition("?")[0].rpartition("/v1/")[2].strip("/")
    verb = method.lower()
    if verb == "post" and path in _CREATING:
        return _CREATING[path]
    if verb == "get" and path.startswith("responses/") and path.count("/") == 1:
        return Responses("responses.retrieve")
    return Other(f"{resource_of(path)}.{_VERBS.get(verb, verb)}")
