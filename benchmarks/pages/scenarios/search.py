"""How long a text search takes until it shows its first hits, going on as the log does by itself."""

import re
from collections.abc import Sequence
from html import unescape
from itertools import cycle
from urllib.parse import quote_plus

from benchmarks.figure import Figure
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.pages.asking import DASHBOARD, ask
from benchmarks.pages.bench import Bench
from benchmarks.waiting import waiting

_STRETCH_CALLS = 200_000  # that a search reads first
_TIMES = 10
# Words across two passages of an answer: hardly any other call has them.
_WORDS = f"""
select substr(response_preview, 80, 24) from (
    select response_preview, created_at from marts.interactions order by created_at desc limit {{upto}}
)
where length(response_preview) >= 110 and not contains(response_preview, '"')
order by created_at limit {_TIMES}
"""
_HIT = "data-row="
_GOES_ON = re.compile(r'data-search="([^"]+)"')


def search(bench: Bench) -> list[Figure]:
    """Milliseconds until the log shows first hits, where there are any in the newest 200,000 calls."""
    texts = {
        "a word that many have": ["safety", "valve", "invoice"],
        "words of a new call": _words(bench, min(1_000, bench.calls)),
        "words of an older call": _words(bench, min(_STRETCH_CALLS, bench.calls)),
    }
    with bench.server("search") as server:
        return [_figure(server, name, some).at_most(1_000) for name, some in texts.items()]


def _words(bench: Bench, upto: int) -> list[str]:
    return [text for (text,) in bench.fetch(bench.calls, _WORDS.format(upto=upto))]


def _figure(server: Spanmart, name: str, texts: Sequence[str]) -> Figure:
    turn = cycle(texts)
    return waiting("search", name, lambda: _first_hits(server, next(turn)), _TIMES)


def _first_hits(server: Spanmart, text: str) -> None:
    """Ask for the page, then for what `search.js` asks for while there are no hits."""
    page = ask(server, f"{DASHBOARD}&view=log&q={quote_plus(text)}").text
    while _HIT not in page:
        going_on = _GOES_ON.search(page)
        if not going_on:
            raise LookupError(f"nothing has the text {text!r}")
        page = ask(server, unescape(going_on[1])).text
