"""Attributes as a MAP column, straight from the bytes in which they came.

A KeyValue on the wire is a key and a value behind a few length bytes. Nearly all have a short key and a
string or an integer, and those are found by arithmetic on whole columns; only the others are decoded one by
one. Texts are not copied: the column's strings are views into the bytes received.

    0A n <key of n bytes>  12 m  0A k <text of k bytes>      a pair with a text
    0A n <key of n bytes>  12 m  18 <varint>                 a pair with an integer

All pairs are laid end to end in one buffer. The second byte of a pair is the key's length, if that is below
128: so the place of the value's tag follows by addition, for all pairs in one operation of NumPy, and from
the byte there what kind of value it is. A pair counts as read this way only if these guesses agree with where
it ends; the rest (long keys, lists, what an odd encoder wrote) goes through protobuf's own parser. So a wrong
guess costs time, and never a wrong attribute.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from spanmart.collector.otlp.attributes import double_text, value_text

Ints = npt.NDArray[np.int64]

# Tags of the fields, as protobuf writes them: KeyValue's, then AnyValue's.
KEY, VALUE = 0x0A, 0x12
STRING, BOOLEAN, INTEGER, DOUBLE = 0x0A, 0x10, 0x18, 0x21
# A length byte may lead this far beyond the pair it stands in before that is noticed.
PADDING = bytes(512)
# A string view holds a text of up to 12 bytes itself; of a longer one its first 4, its buffer and its offset.
VIEW = np.dtype(
    {"names": ["size", "first8", "last4"], "formats": ["<i4", "<u8", "<u4"], "offsets": [0, 4, 12]}
)
INLINE = 12
LOW_BYTES = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)


MAP = pa.map_(pa.string_view(), pa.string_view())


def map_column(pairs: Sequence[bytes], counts: Sequence[int]) -> pa.MapArray:
    """A MAP for each row, from the KeyValues of all rows in a row and how many of them each row has.

    The KeyValues must be valid protobuf. Of two with one key the last counts.
    """
    rows = np.repeat(np.arange(len(counts)), counts)
    keys, values = _Pairs(pairs).columns()
    last = _last_of_each_key(rows, keys)
    if last is not None:
        kept = np.bincount(rows[last], minlength=len(counts))
        return map_column([pairs[position] for position in last.tolist()], kept.tolist())
    ends = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=ends[1:])
    return pa.MapArray.from_arrays(ends, keys, values, type=MAP)


def _last_of_each_key(rows: Ints, keys: pa.Array) -> Ints | None:
    """Where the pairs that count stand, or None where all do."""
    coded = keys.cast(pa.string()).dictionary_encode()
    code = rows * len(coded.dictionary) + coded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(code, kind="stable")
    repeated = code[order[1:]] == code[order[:-1]]
    return np.sort(np.delete(order, np.flatnonzero(repeated))) if repeated.any() else None


class _Pairs:
    """KeyValues laid end to end, and where in them keys and values stand."""

    def __init__(self, pairs: Sequence[bytes]) -> None:
        self._pairs = pairs
        _, offsets, self._buffer = pa.array([*pairs, PADDING], pa.binary()).buffers()
        self._data = np.frombuffer(self._buffer, np.uint8)
        bounds = np.frombuffer(offsets, np.int32)[: len(pairs) + 1].astype(np.int64)
        self._start, self._end = bounds[:-1], bounds[1:]

    def columns(self) -> tuple[pa.Array, pa.Array]:
        """The keys and the values, each a column of string views."""
        key_at, key_size = self._start + 2, self._byte(self._start + 1)
        value_tag = key_at + key_size
        size, value_at = self._varint(value_tag + 1)
        simple = (self._byte(self._start) == KEY) & (key_size < 0x80) & (value_tag < self._end)
        simple &= (self._byte(value_tag) == VALUE) & (value_at + size == self._end) & (size > 0)
        value_at = np.where(simple, value_at, 0)
        tag = np.where(simple, self._byte(value_at), 0)
        text_size, text_at = self._varint(value_at + 1)
        texts = np.flatnonzero((tag == STRING) & (text_at + text_size == self._end))
        booleans, integers, doubles = (np.flatnonzero(tag == kind) for kind in (BOOLEAN, INTEGER, DOUBLE))
        plain = np.concatenate([texts, booleans, integers, doubles])
        others = np.delete(np.arange(len(self._pairs)), plain)
        decoded = [_decode_cached(self._pairs[position]) for position in others.tolist()]

        keys, values = _Views(len(self._pairs)), _Views(len(self._pairs))
        keys.show(plain, self._buffer, key_at[plain], key_size[plain])
        keys.show_texts(others, pa.array([key for key, _ in decoded], pa.string()))
        values.show(texts, self._buffer, text_at[texts], text_size[texts])
        values.show_texts(booleans, pa.array(self._byte(value_at[booleans] + 1) == 1).cast(pa.string()))
        values.show_texts(integers, pa.array(self._integers(value_at[integers] + 1)).cast(pa.string()))
        values.show_texts(doubles, pa.array(self._doubles(value_at[doubles] + 1), pa.string()))
        values.show_texts(others, pa.array([value for _, value in decoded], pa.string()))
        return keys.array(), values.array()

    def _byte(self, at: Ints) -> Ints:
        return self._data[at].astype(np.int64)

    def _integers(self, at: Ints) -> Ints:
        # Ten bytes of seven bits: what the last shift drops is beyond 64, as it should be.
        return self._varint(at, most=10)[0]

    def _doubles(self, at: Ints) -> list[str]:
        return [double_text(number) for number in _words(self._buffer, "<f8")[at].tolist()]

    def _varint(self, at: Ints, most: int = 4) -> tuple[Ints, Ints]:
        """Numbers of at most `most` bytes, and where each ends; a longer one seems to end too early."""
        number = np.zeros(len(at), np.int64)
        end = at.copy()
        more = np.ones(len(at), np.bool_)
        for position in range(most):
            byte = self._byte(at + position)
            number |= np.where(more, byte & 0x7F, 0) << (7 * position)
            end += more
            more &= byte >= 0x80
            if not more.any():
                break
        return number, end


class _Views:
    """A column of string views, filled piece by piece; what is not filled is null."""

    def __init__(self, length: int) -> None:
        self._views = np.zeros(length, VIEW)
        self._valid = np.zeros(length, np.bool_)
        self._buffers: list[pa.Buffer] = []

    def show(self, rows: Ints, buffer: pa.Buffer, start: Ints, size: Ints) -> None:
        """Let `rows` be the `size` bytes of `buffer` from `start`; it must go on for 12 bytes after them."""
        first8 = _words(buffer, "<u8")[start]
        last4 = _words(buffer, "<u4")[start + 8]
        is_long = size > INLINE
        view = np.empty(len(rows), VIEW)
        view["size"] = size
        view["first8"] = np.where(
            is_long,
            first8 & LOW_BYTES[4] | np.uint64(len(self._buffers) << 32),
            first8 & LOW_BYTES[np.minimum(size, 8)],
        )
        view["last4"] = np.where(is_long, start, last4 & LOW_BYTES[np.clip(size - 8, 0, 4)])
        self._views[rows] = view
        self._valid[rows] = True
        self._buffers.append(buffer)

    def show_texts(self, rows: Ints, texts: pa.Array) -> None:
        """Let `rows` be `texts`, which may have nulls."""
        _, offsets, data = texts.buffers()
        bounds = np.frombuffer(offsets, np.int32)[: len(texts) + 1].astype(np.int64)
        padded = pa.py_buffer((data.to_pybytes() if data is not None else b"") + PADDING)
        self.show(rows, padded, bounds[:-1], np.diff(bounds))
        self._valid[rows] = texts.is_valid().to_numpy(zero_copy_only=False)

    def array(self) -> pa.Array:
        validity = None if self._valid.all() else pa.py_buffer(np.packbits(self._valid, bitorder="little"))
        buffers = [validity, pa.py_buffer(self._views.view(np.uint8)), *self._buffers]
        return pa.Array.from_buffers(pa.string_view(), len(self._valid), buffers)


def _words(buffer: pa.Buffer, word: str) -> npt.NDArray[Any]:
    """The word, such as a little-endian "<u8", that begins at each byte."""
    size = np.dtype(word).itemsize
    return np.ndarray((buffer.size - size + 1,), word, buffer, strides=(1,))


def _decode_cached(pair: bytes) -> tuple[str, str | None]:
    # Flags, scores and lists of roles repeat; long texts would only push them out.
    return _decode_and_keep(pair) if len(pair) <= 200 else _decode(pair)


def _decode(pair: bytes) -> tuple[str, str | None]:
    parsed = KeyValue.FromString(pair)
    return parsed.key, value_text(parsed.value)


_decode_and_keep = lru_cache(maxsize=10_000)(_decode)
