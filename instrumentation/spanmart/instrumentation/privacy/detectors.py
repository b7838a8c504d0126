"""What must not leave a process: e-mail addresses, telephone numbers, payment cards, keys and tokens.

Each kind finds places in a text. Most texts have none, and looking is on the way of every call: so a plain
search for a few characters, which costs next to nothing, says where a regular expression is worth its time.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

Span: TypeAlias = tuple[int, int]
Find: TypeAlias = Callable[[str], Iterable[Span]]

_EMAIL = re.compile(
    r"""(?<![\w.!#$%&'*+/=?^`{|}~\\-])
    (?: [\w.!#$%&'*+/=?^`{|}~\\-]+ | "[^"\n]{1,64}" ) (?: @ | %40 )
    (?: (?:[\w\\-]+\.)+[^\W\d_][\w\\-]+ | \[[\da-fA-F.:]+\] )""",
    re.VERBOSE,
)

_DASH = r"\-\u2010-\u2015"
_GAP = rf"[\ \u00a0\u2007\u2009\u202f{_DASH}]"
_DIGITS = re.compile(rf"[+(\d][\d().\s/\u2007{_DASH}]{{6,}}")
_PHONE = re.compile(
    rf"""(?: (?<!\w) (?<!\d[.,]) (?<![\da-fA-F]{{4}}-) | (?=[+(]) )
    (?! \d{{4}}-\d\d-\d\d | \d{{1,2}}([/.-])\d{{1,2}}\1\d{{2,4}}(?!\1?\d) )  # dates
    (?: (?:\+|00)\(?[1-9](?:[\s().{_DASH}/]{{0,3}}\d){{6,14}}                # +49 (0)30 1234567
      | (?:1(?:{_GAP}|\.)?)?\(\d{{3}}\)(?:{_GAP}|\.){{0,2}}\d{{3}}(?:{_GAP}|\.)?\d{{4}}  # (555) 123-4567
      | (?:1(?:{_GAP}|\.)?)?\d{{3}}(?:{_GAP}|\.)\d{{3}}(?:{_GAP}|\.)\d{{4}}  # 555-123-4567
      | 1?[2-9]\d\d[2-9]\d{{6}}                                              # 5552345678
      | \d{{3}}[{_DASH}]\d{{4}}                                              # 555-0134
      | \(?0[1-9]\d{{0,4}}\)?(?:[\s/{_DASH}]{{0,3}}\d){{6,9}}                # 030 12345678
      | 0[1-9](?:\.\d\d){{4}}                                                # 01.23.45.67.89
      | \d{{5}}{_GAP}\d{{5}}                                                 # 98765 43210
      | (?<!\d\ )\d{{3}}(?:\ \d{{3}}){{2}}(?!\ \d)                             # 612 345 678
      | (?<!\d\ )\d{{2,3}}(?:\ \d\d){{3}}(?!\ \d)                             # 12 34 56 78
    ) (?!\d)""",
    re.VERBOSE,
)

_CARD = re.compile(rf"\d(?:{_GAP}?\d){{12,}}")
_GROUP = re.compile(r"\d+")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_TIMES = (13, 16, 19)  # digits of the time in milliseconds, microseconds and nanoseconds, which begin with 1

_SHORTEST_KEY: Final = 8
_PREFIXED: Final = re.compile(
    r"""(?<![A-Za-z0-9])(?: [spr]k[-_](?:(?=[\w*-]{0,64}\d)[\w*-]{8,}|[\w*-]{20,})
      | (?:gh[pousr]|github_pat|hf|gsk|npm|whsec|r8|dop_v1)_\w{16,}
      | (?:xox[a-z]|xapp|glpat|pypi|xai|pplx|nvapi)-[\w.-]{8,} )""",
    re.VERBOSE,
)
_SERVICES: Final = ("hf", "gsk", "npm", "whsec", "r8", "glpat", "pypi", "xai", "pplx", "nvapi", "xapp")
_GITHUB: Final = ("ghp", "gho", "ghu", "ghs", "ghr", "github_pat")
_SLACK: Final = ("xoxa", "xoxb", "xoxc", "xoxd", "xoxe", "xoxo", "xoxp", "xoxr", "xoxs")
_PREFIXES: Final = ("sk", "pk", "rk", "dop_v1", *_SERVICES, *_GITHUB, *_SLACK)
_AWS_IDS: Final = ("AKIA", "ASIA", "ABIA", "ACCA", "AROA", "AIDA")
_LITERAL: Final = tuple(
    # what such a secret contains for certain, and its pattern
    (contained, re.compile(pattern, re.DOTALL))
    for contained, pattern in (
        (_AWS_IDS, rf"(?:{'|'.join(_AWS_IDS)})[A-Z0-9]{{16}}(?!\w)"),
        (("AIza",), r"AIza[\w-]{30,}"),
        (("ya29.",), r"ya29\.[\w-]{16,}"),
        (("eyJ",), r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"),
        (("SG.",), r"SG\.[\w-]{8,}\.[\w-]{8,}"),
        (
            ("-----BEGIN ",),
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z -]*|\Z)",
        ),
        (("://",), r"://([^\s/@:]*:[^\s/@]+)@"),
    )
)

_VALUE = r"""(?:"([^"\n]{4,})"|'([^'\n]{4,})'|((?=[^\s,;"'`]{0,64}\d)[^\s,;"'`]{6,}|[^\s,;"'`]{16,}))"""
_NAMED: Final = (
    # words, and the secret that comes after one of them
    (("bearer", "basic"), re.compile(r"\w+\s+((?=[\w.~+/=-]{0,64}\d)[\w.~+/=-]{8,}|[\w.~+/=-]{20,})")),
    (
        ("password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "credential"),
        re.compile(rf"""\w+(?:[ -]key)?["'`]?\s*(?:=>|[:=]|\bis\b)\s*{_VALUE}"""),
    ),
    (
        ("api", "access", "account", "private"),
        re.compile(rf"""[a-zA-Z]+?[ _-]?(?i:key)["'`]?\s*(?:=>|[:=]|\bis\b)\s*{_VALUE}"""),
    ),
)
_AWS_SECRET = re.compile(
    r"(?<![\w/+=])(?=[a-zA-Z/+]*\d)(?=[a-z\d/+]*[A-Z])(?=[A-Z\d/+]*[a-z])[A-Za-z\d/+]{40}(?![\w/+=])"
)

# One of these is in each name of a secret, and in each text that calls something one
_SECRET_WORDS: Final = (
    *("pass", "pwd", "secret", "token", "authorization", "credential", "key", "bearer", "basic"),
)
_DIGIT = re.compile(r"\d")

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SECRET_NAME = re.compile(
    r"(?i)(?:.*[._ -])?(?:pass(?:word|wd|phrase)|pwd|secret|token|authorization|credentials?"
    r"|(?:api|access|private|account|secret|signing|encryption)[._ -]?key)"
)


def emails(text: str) -> Iterable[Span]:
    """E-mail addresses, also as part of a URL."""
    return _spans(_EMAIL, text) if "@" in text or "%40" in text else ()


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers in the ways that people write them: international, national, North American."""
    if not _has_digit(text):
        return
    for digits in _DIGITS.finditer(text):
        for found in _PHONE.finditer(text, *digits.span()):
            yield found.span()


def cards(text: str) -> Iterator[Span]:
    """Numbers of payment cards, in one piece or in groups, whose check digit is right."""
    if not _has_digit(text):
        return
    for digits in _CARD.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *digits.span())]
        for first in range(len(groups)):
            yield from _cards_from(text, groups[first : first + 5])


def keys(text: str) -> Iterator[Span]:
    """API keys, tokens, private keys, passwords in URLs, and what the text itself calls a secret."""
    if len(text) < _SHORTEST_KEY:
        return
    lowered = _lower(text)
    yield from _matches(_PREFIXED, text, _prefixes(lowered))
    for contained, pattern in _LITERAL:
        if _has_any(text, contained):
            yield from _spans(pattern, text)
    for words, pattern in _NAMED:
        for word in words:
            yield from _matches(pattern, text, _places(lowered, word))
    if _has_digit(text) and _has_long_word(text):
        yield from _spans(_AWS_SECRET, text)


BUILT_IN: Final[dict[str, Find]] = {"email": emails, "phone": phones, "card": cards, "key": keys}


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """A field of this name holds a secret, whatever it looks like: `password`, `apiKey`."""
    return _SECRET_NAME.fullmatch(_HUMP.sub("_", name)) is not None


def is_harmless(text: str) -> bool:
    """Nothing of all this can be in a text, nor in what it is the JSON of: an escape would have a digit."""
    lowered = _lower(text)
    return not (
        _has_digit(text)
        or "@" in text
        or _has_any(lowered, _SECRET_WORDS)
        or any(_has_any(text, contained) for contained, _ in _LITERAL)
        or next(_prefixes(lowered), None) is not None
    )


def _has_any(text: str, contained: Iterable[str]) -> bool:
    return any(map(text.__contains__, contained))


def _has_digit(text: str) -> bool:
    """Ten searches for a character each, which take a tenth of the time of one for a pattern."""
    return _has_any(text, "0123456789") or not (text.isascii() or _DIGIT.search(text) is None)


def _spans(pattern: "re.Pattern[str]", text: str) -> Iterator[Span]:
    """Where `pattern` is found; of a pattern with groups, the group that took part."""
    return (found.span(found.lastindex or 0) for found in pattern.finditer(text))


def _matches(pattern: "re.Pattern[str]", text: str, places: Iterable[int]) -> Iterator[Span]:
    """The same at these places only, none of them inside of what was found before."""
    end = 0
    for place in places:
        if place >= end and (found := pattern.match(text, place)) is not None:
            yield found.span(found.lastindex or 0)
            end = found.end()


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


def _prefixes(lowered: str) -> Iterator[int]:
    """Where something begins as keys of well-known services do."""
    for separator in "-_":
        for place in _places(lowered, separator):
            if lowered.endswith(_PREFIXES, 0, place):
                yield place - max(len(prefix) for prefix in _PREFIXES if lowered.endswith(prefix, 0, place))


def _has_long_word(text: str) -> bool:
    """Whether there may be 40 characters without a space: they would fill one block of 20 of them."""
    return any(" " not in text[block : block + 20] for block in range(0, len(text) - 19, 20))


def _lower(text: str) -> str:
    """`text` in lower case, character by character: a few of them would become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _cards_from(text: str, groups: list[Span]) -> Iterator[Span]:
    """The cards that begin with the first of these groups of digits, and end with one of them."""
    start, first_end = groups[0]
    if first_end - start not in (4, *range(13, 20)):
        return  # written in groups, a card begins with one of four
    if start > 1 and text[start - 1] in ".," and text[start - 2].isdigit():
        return  # the digits after a decimal point
    number = ""
    for begin, end in groups:
        number += text[begin:end]
        if len(number) > 19:
            return
        if len(number) >= 13 and _is_card(number):
            yield start, end


def _is_card(number: str) -> bool:
    if number[0] == "0" or (number[0] == "1" and len(number) in _TIMES):
        return False
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0
