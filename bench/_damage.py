"""Damage to a file: bits turned, pieces cut, doubled, overwritten, values replaced."""

from __future__ import annotations

import random
import re

_WORDS = (b"nan", b"inf", b"-1", b"1e999", b"", b"\x00", b'"', b"0x10", b"9" * 40, b",", b"\xff")
_NUMBER = re.compile(rb"[-+0-9.eE]{2,}")


def _flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 4, 64))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _cut(content: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(content))
    del content[first : first + chance.choice((1, 16, len(content)))]


def _double(content: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(content))
    piece = content[first : first + chance.choice((1, 8, 200))]
    content[first:first] = piece


def _overwrite(content: bytearray, chance: random.Random) -> None:
    first = chance.randrange(len(content))
    size = chance.choice((1, 4, 8, 64))
    content[first : first + size] = chance.randbytes(size)


def _replace(content: bytearray, chance: random.Random) -> None:
    numbers = list(_NUMBER.finditer(content[:100_000]))
    if numbers:
        found = chance.choice(numbers)
        content[found.start() : found.end()] = chance.choice(_WORDS)


_KINDS = (_flip, _cut, _double, _overwrite, _replace)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A copy of `content`, which is not empty, with one to three kinds of damage."""
    copy = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if copy:
            chance.choice(_KINDS)(copy, chance)
    return bytes(copy)
