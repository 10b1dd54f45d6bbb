"""Names of people and of the 56 ethnic groups."""

import re

from zhtj.lib.workbook import Cell

from orgs.identity.cells import clean, squeeze

# GB/T 3304, in its order; 其他 is added for whoever belongs to none.
_GROUPS = (
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族"
    " 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族"
    " 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族"
    " 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族 其他"
)
ETHNICITIES: tuple[str, ...] = tuple(_GROUPS.split())
_ETHNICITY_OF = {name: name for name in ETHNICITIES} | {
    name.removesuffix("族"): name for name in ETHNICITIES if name != "其他"
}
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTER = rf"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f{_HAN}"
_NAME = re.compile(rf"[{_LETTER}]+(?:[· ][{_LETTER}]+)*")
_SIMPLE_NAME = re.compile(r"[\u4e00-\u9fff]{2,30}")
_ANY_HAN = re.compile(rf"[{_HAN}]")
# Before NFKC, which would make a full stop of the full-width one.
_DOTS = str.maketrans(dict.fromkeys("•．・･‧∙⋅", "·"))
_BLANK_DOT = re.compile(r" ?· ?")
_SHORTEST, _LONGEST = 2, 30


def read_name(cell: Cell) -> tuple[str, bool]:
    """A name of 2 to 30 Han or Latin letters, `·` between parts; blanks inside a Han name are dropped."""
    if isinstance(cell, str):
        if _SIMPLE_NAME.fullmatch(cell):
            return cell, True
        cell = cell.translate(_DOTS)
    text = _BLANK_DOT.sub("·", clean(cell))
    if _ANY_HAN.search(text):
        text = text.replace(" ", "")
    if not text:
        return "", True
    ok = _SHORTEST <= len(text) <= _LONGEST and _NAME.fullmatch(text) is not None
    return (text, True) if ok else ("", False)


def read_ethnicity(cell: Cell) -> tuple[str, bool]:
    """One of ETHNICITIES; 汉 is read as 汉族."""
    text = squeeze(cell)
    found = _ETHNICITY_OF.get(text, "")
    return found, bool(found) or not text
