"""Text that compresses and splits into words as people's does.

Random letters would starve a compressor, and a handful of repeated sentences would flatter it. So words
follow Zipf's law: the commonest are English's own, the long tail is built from roots and endings, and a text
comes back to its topic. A piece of 1 KB shrinks by 1.8 under zlib; English technical prose by 2.0.
"""

import random
from itertools import accumulate

_VOCABULARY = 12_000
_TOPIC_WORDS, _TOPIC_EVERY = 10, 5  # a text comes back to its topic: every fifth word is one of ten
_ZIPF_SHIFT, _ZIPF_EXPONENT = 2.7, 1.25  # Mandelbrot's form; steeper than English, to make up for its grammar

_COMMON = """
the of and to a in is that for it with as on are be this was by you not or from have at an they we
which your will can all their one there more has if when what so no out up who do about into time
them only some could these two may then do first any my now such like our over new made after also
many did before must through back years where much way well down should because each just those
people take how too little state good very make still own see work long get here between both life
being under three never know same another while last might us great old year off come since against
go came right used take
"""
_FIELD = """
training course session team safety shift outline checklist exercise participants supervisor
feedback customer process report review example schedule manager policy incident equipment questions
practice minutes audience topic goal learning plan step group task risk result notes handover
standard quality meeting conversation answer problem reason list module section summary response
version change request service project budget deadline skills role trainer discussion material slide
workshop agenda assessment outcome procedure inspection maintenance warehouse storage delivery
invoice contract payment hospital patient nurse ward school teacher student lesson language grammar
kitchen recipe hygiene temperature machine operator pressure valve sensor network server password
account device update backup database deployment alert
"""
_ONSETS = "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st str t th tr v w"
_NUCLEI = "a e i o u ai ea ee ie io oa oo ou"
_CODAS = "b ck d ft g l ld ll lt m mp n nd ng nt p pt r rd rk rm rn rt s sh sk ss st t tch th x"
_ENDINGS = [
    "",
    "",
    "",
    "s",
    "ed",
    "ing",
    "er",
    "ly",
    "ion",
    "ment",
    "ness",
    "able",
    "al",
    "ity",
    "ive",
    "ous",
    "é",
]


def _vocabulary() -> list[str]:
    """Distinct words, commonest first; the same in every run and for every seed."""
    chance = random.Random("vocabulary")
    onsets, nuclei, codas = _ONSETS.split(), _NUCLEI.split(), [*_CODAS.split(), *[""] * 12]
    field = _FIELD.split()
    chance.shuffle(field)
    words = dict.fromkeys([*_COMMON.split(), *field])
    while len(words) < _VOCABULARY:
        syllables = chance.choice((1, 1, 1, 2, 2))
        root = "".join(chance.choice(onsets) + chance.choice(nuclei) for _ in range(syllables))
        words[root + chance.choice(codas) + chance.choice(_ENDINGS)] = None
    return list(words)


WORDS = _vocabulary()
_WEIGHTS = list(accumulate((rank + _ZIPF_SHIFT) ** -_ZIPF_EXPONENT for rank in range(1, len(WORDS) + 1)))


class Writer:
    """Writes prose from one source of chance: the same seed writes the same words."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def phrase(self, words: int) -> str:
        """So many words, without punctuation."""
        return " ".join(self._words(words))

    def text(self, characters: int) -> str:
        """Sentences in paragraphs and lists, about so many characters long."""
        chance = self._chance
        words = self._words(characters // 5)  # more than are needed, drawn at once: one by one is slow
        about = words[::_TOPIC_EVERY]
        words[::_TOPIC_EVERY] = chance.choices(about[:_TOPIC_WORDS], k=len(about))
        pieces: list[str] = []
        size = at = 0
        while size < characters and at < len(words):
            length = chance.randint(5, 21)
            sentence = self._sentence(words[at : at + length])
            pieces.append(sentence)
            size += len(sentence)
            at += length
        return "".join(pieces).strip()

    def _words(self, count: int) -> list[str]:
        return self._chance.choices(WORDS, cum_weights=_WEIGHTS, k=count)

    def _sentence(self, words: list[str]) -> str:
        chance = self._chance.random()
        if chance < 0.25:
            words[len(words) // 2] += ","
        if chance > 0.9:
            words.insert(1, str(self._chance.randint(2, 2_000)))
        end = (
            "? " if chance < 0.06 else ".\n- " if 0.25 < chance < 0.37 else ".\n\n" if chance > 0.88 else ". "
        )
        text = " ".join(words)
        return text[:1].upper() + text[1:] + end
