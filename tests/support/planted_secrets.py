"""Texts as people and programs write them, each with a secret in it that must not leave a process."""

import json
from dataclasses import dataclass
from random import Random

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MIXED = _LETTERS + _LETTERS.upper() + "0123456789"
_WORDS = (
    *("please", "send", "the", "outline", "before", "noon", "schöne", "Grüße", "消防演習", "прошу"),
    *("{a: [1, 2]}", "step 3 of 10, 14:30", "2024-07-18", "12.5 %", "<b>safety</b>", "`code`"),
    *("C:\\new\\table", "key", "token", "secret", "\N{FIRE}"),
)
_BEFORE = (" ", "\n", "\t", ': "', "(", "<", "=", "\\n", ", ", "\u2028")
_AFTER = (" ", "\n", '"', ")", ">", ". ", ", ", "!", "\\n")
_DIALS = (
    "+49 30 {8}",
    "+1 (555) {3}-{4}",
    "({3}) {3}-{4}",
    "555-{3}-{4}",
    "1-800-{3}-{4}",
    "020 7946 {4}",
    "+4915{9}",
    "0171/{7}",
    "+33 1 {2} {2} {2} {2}",
)
_CARDS = ("4{14}", "51{13}", "2221{11}", "37{12}", "6011{11}", "3528{11}")


@dataclass(frozen=True)
class Planted:
    """A text and the secret in it."""

    kind: str
    text: str
    secret: str


def planted(random: Random) -> Planted:
    """One text with one secret, after and before anything."""
    kind = random.choice(list(_SECRETS))
    secret = _SECRETS[kind](random)
    before, after = random.choice(_BEFORE), random.choice(_AFTER)
    if random.random() < 0.2:
        return Planted(kind, json.dumps({_words(random): [f"{before}{secret}{after}"]}), secret)
    return Planted(kind, f"{_words(random)}{before}{secret}{after}{_words(random)}", secret)


def spellings(secret: str) -> set[bytes]:
    """A secret as it may stand in an export: plain, or as JSON and Python escape it."""
    plain = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    return {text.encode() for text in plain | {json.dumps(text)[1:-1] for text in plain}}


def _words(random: Random) -> str:
    return " ".join(random.choices(_WORDS, k=random.randint(0, 12)))


def _email(random: Random) -> str:
    local = _drawn(random, "abcxyzäöü.-_+'0123456789", random.randint(3, 20)).strip(".") + random.choice(
        "abc"
    )
    domain = _drawn(random, _LETTERS + "-é0123456789", random.randint(1, 20)).strip("-") or "x"
    return f"{local}@{domain}.{random.choice(['com', 'co.uk', 'museum', 'xn--p1ai', 'de'])}"


def _phone(random: Random) -> str:
    dial = random.choice(_DIALS)
    for length in map(str, range(2, 10)):
        while f"{{{length}}}" in dial:
            dial = dial.replace(f"{{{length}}}", _drawn(random, "123456789", int(length)), 1)
    return dial


def _card(random: Random) -> str:
    start, _, length = random.choice(_CARDS).partition("{")
    number = start + _drawn(random, "0123456789", int(length[:-1]))
    number += next(digit for digit in "0123456789" if _checks(number + digit))
    gap = random.choice(["", " ", "-"])
    return gap.join(number[at : at + 4] for at in range(0, len(number), 4))


def _checks(number: str) -> bool:
    """Luhn, as ISO/IEC 7812 says it."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _key(random: Random) -> str:
    body = _drawn(random, _MIXED, 40)
    return random.choice(
        [
            f"sk-{body}",
            f"sk-proj-{body[:20]}_{body[20:]}",
            f"Bearer {body}",
            "AKIA" + _drawn(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
            f"ghp_{body[:36]}",
            f"xoxb-{_drawn(random, '123456789', 11)}-{body[:24]}",
            f"AIza{body[:35]}",
            f"eyJ{body[:20]}.eyJ{body}.{body[:30]}",
            f"password={body[:12]}7",
            f"postgres://app:{body[:12]}@db",
            f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n{body[::-1]}\n-----END RSA PRIVATE KEY-----",
        ]
    )


def _drawn(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choices(alphabet, k=length))


_SECRETS = {"email": _email, "phone": _phone, "card": _card, "key": _key}
