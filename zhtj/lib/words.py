"""Free text as people type it: reasons, remarks, answers, purposes, names of things, words to search for.

Specification (decision 0027). There is one reading for every door; the actions read, the doors only carry.
Pure.

- What nobody can see goes: NUL and other control characters, lone surrogates, what Unicode calls no
  character, marks that turn the direction of writing, zero-width signs. What joins or varies the signs
  beside it stays: 👩‍👩‍👧 is one picture, and Uyghur is written with joiners.
- Any kind of line end becomes a line end, any run of other blanks one blank; at most one empty line stands
  between two others; the ends are trimmed. So text of blanks and marks alone is no text.
- Whatever can be seen stays as typed, HTML and full-width signs too: pages show it escaped. (A cell of a
  sheet is read otherwise, to be compared: `orgs.identity.clean` makes half-width of full-width.)
- Text is never cut. What is longer than its field holds is refused, with both lengths, `text.too_long`.
- A search is cut and compared: half-width, one line. A code is not mended: with a NUL in it it is nobody's.
"""

import re
import unicodedata

from zhtj.lib.problems import Catalogue, Problem, Refused, Rule

MOST_SOUGHT = 60  # characters of what is searched for
_JOINERS = r"\u200c\u200d\ufe00-\ufe0f"  # change what stands beside them
_ALONE = r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
UNSEEN = re.compile(rf"[{_ALONE}{_JOINERS}]")
_UNSEEN_ALONE = re.compile(rf"[{_ALONE}]")
_NO_CHARACTERS = "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
HARMFUL = re.compile(rf"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]")
_GAPS = re.compile(r"\n{3,}")

CODES = Catalogue(
    [
        Rule(
            "text.too_long",
            "内容太长：最多{most}个字，现在是{count}个字。",
            "请精简后再提交。",
            "国家系统惯例",
        )
    ]
)


def read(typed: str) -> str:
    """Some sentences, with their line ends; "" where there is nothing to see. Read again it stays."""
    text = unicodedata.normalize("NFC", HARMFUL.sub("", _UNSEEN_ALONE.sub("", typed)))
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines())
    return _GAPS.sub("\n\n", lines).strip() if UNSEEN.sub("", lines).strip() else ""


def line(typed: str) -> str:
    """The same in one line: the name of something."""
    return " ".join(read(typed).split())


def code(typed: str) -> str:
    """What names one thing: a code, a key, an account. With anything in it that no code has it names none."""
    return HARMFUL.sub("\ufffd", typed).strip()


def sought(typed: str, most: int = MOST_SOUGHT) -> str:
    """What is searched for, as names and codes are stored, and no longer than any of them."""
    text = line(unicodedata.normalize("NFKC", UNSEEN.sub("", typed)))
    return text.lstrip("'").lstrip(" ")[:most].rstrip()  # a sheet's mark for "this is text"


def too_long(text: str, most: int, *, at: str) -> list[Problem]:
    """What is wrong with the length of a text that has been read."""
    if len(text) <= most:
        return []
    return [CODES.problem("text.too_long", at=at, most=most, count=len(text))]


def within(typed: str, most: int, *, at: str) -> str:
    """The text of a field that may stay empty. Raises Refused where it is longer than `most`."""
    text = read(typed)
    if problems := too_long(text, most, at=at):
        raise Refused(problems)
    return text


def needed(typed: str, most: int, *, missing: Problem) -> str:
    """The text of a field that must say something, else Refused with `missing`; at most `most` long."""
    text = within(typed, most, at=missing.field)
    if not text:
        raise Refused([missing])
    return text
