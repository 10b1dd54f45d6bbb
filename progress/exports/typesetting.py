"""Setting type: one call into typst, the same for pages and pictures.

Figures and names go in as JSON and are put down as text by the templates beside this file; nothing of
them is ever read as markup. No system library and no browser is needed. Fonts: the folder of licensed
ones (`ZHTJ_FONT_DIR`: 仿宋_GB2312, 方正小标宋 …) first, then what the machine has installed, then Noto Sans
SC, which comes with the requirements and is always there.
"""

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

TEMPLATES = Path(__file__).resolve().parent / "typst"


def typeset(
    template: str, data: dict[str, Any], format: Literal["pdf", "png"], ppi: float | None = None
) -> list[bytes]:
    """The pages of `template` (a file in `typst/`) filled with `data`: one PDF, or a PNG for each page.

    Some 0.1 s a call; the fonts are looked for once in a process (0.2 s).
    """
    import typst  # here: 20 MB that only a process that draws has to load

    drawn: Any = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        format=format,
        ppi=ppi,
        font_paths=_fonts(settings.ZHTJ_FONT_DIR),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return drawn if isinstance(drawn, list) else [drawn]


def breakable(text: str, longest: int = 10) -> str:
    """`text` with an invisible place to break after every `longest` letters in a row, to fit a column."""
    if text.isascii() and len(text) <= longest:
        return text
    broken, run = [], 0
    for char in text:
        run = run + 1 if "!" <= char <= "\u2e7f" else 0
        if run > longest:
            broken.append("\u200b")
            run = 1
        broken.append(char)
    return "".join(broken)


@lru_cache(maxsize=1)
def _fonts(folder: str) -> Any:
    import typst

    packed = str(files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc")
    return typst.Fonts(font_paths=[*filter(None, [folder]), packed])
