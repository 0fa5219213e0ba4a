"""Text from programs and accounts, made harmless where a person reads it.

Names, messages and values are chosen by whoever may write a resource. A terminal obeys control sequences in them, and
directional and invisible characters make text read as something else.
"""

import re
import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode's categories of controls, invisible and directional marks, halves of pairs, unassigned, separators."""
_JOINERS = "\u200c\u200d"
"""Zero-width joiners: several scripts and emoji are spelled with them."""
_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
"""The engine's colours: its own marks, and a terminal's."""


def _shown(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str) -> str:
    """``text`` with each character that is none replaced by its escape; line ends and tabs stay."""
    if text.isprintable():  # what is left aside are blanks beyond ASCII, which count as unprintable and are not hidden
        return text
    return "".join(
        character
        if character in "\n\t" or (unicodedata.category(character) not in _HIDDEN) or character in _JOINERS
        else _shown(character)
        for character in text
    )


def one_line(text: str) -> str:
    """``text`` as ``printable`` in one line, blanks and line ends of any kind as one blank."""
    return printable(" ".join(text.split()))


def without_colours(text: str) -> str:
    """What the engine said, without the colours in which it says it."""
    return _COLOURS.sub("", text)
