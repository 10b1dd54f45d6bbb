"""Why a file is not accepted: every sentence an uploader may read, written once."""

from typing import Any

from zhtj.lib.problems import Catalogue, Problem, Rule

_SOURCE = "系统约定"
_ANEW = "请从本页下载空白模板，把内容填入后再上传。"
_SAVE_AS = "请用 Excel 或 WPS 打开后，选择“另存为”，类型选“Excel 工作簿（*.xlsx）”，再上传新文件。"


def _rule(code: str, text: str, mend: str) -> Rule:
    return Rule(code, text, mend, _SOURCE, field="file")


CODES = Catalogue(
    [
        _rule("file.empty", "文件是空的，没有任何内容。", "请确认选对了文件，保存后再上传。"),
        _rule(
            "file.too_big", "文件有 {size} MB，超过了 {limit} MB 的上限。", "请删去图片，或分成几个文件上传。"
        ),
        _rule(
            "file.damaged",
            "文件不完整或已损坏，读不出内容。",
            "请用 Excel 或 WPS 打开检查，重新保存后再上传。",
        ),
        _rule("file.picture", "这是一个图片文件（{what}），不是工作簿。", _ANEW),
        _rule(
            "file.not_a_workbook",
            "这是{what}，不是可以读取的工作簿。需要 .xlsx、.xls 或 .csv 文件。",
            _SAVE_AS,
        ),
        _rule(
            "file.password",
            "文件设有打开密码，系统读不出内容。",
            "请打开文件，在“文件—信息—保护工作簿”中取消密码，保存后再上传。",
        ),
        _rule(
            "file.unpacks_too_big",
            "文件解开后过大（上限 {limit} MB），不像一份正常的名单。",
            "请把名单单独复制到空白模板中，保存后再上传。",
        ),
        _rule(
            "file.unsafe",
            "文件内部结构不正常（{what}），为安全起见没有读取。",
            "请把名单单独复制到空白模板中，保存后再上传。",
        ),
        _rule(
            "file.too_complex",
            "读取这个文件所需的时间或内存超过了上限，可能是有内容的单元格相隔太远。",
            "请把名单单独复制到空白模板中，保存后再上传。",
        ),
        _rule(
            "file.cell_too_long",
            "有一个单元格的内容超过 {limit} 个字符（工作表“{sheet}”），不像一份正常的名单。",
            "请删去过长的内容后再上传。",
        ),
        _rule("file.encoding", "文本文件的编码无法识别，需要 UTF-8 或 GB18030（GBK）编码。", _SAVE_AS),
        _rule(
            "file.no_sheet", "文件里没有可见的、有内容的工作表。", "请取消隐藏，或" + _ANEW.removeprefix("请")
        ),
        _rule(
            "file.too_many_rows",
            "工作表“{sheet}”的数据超过了 {limit} 行的上限。",
            "请分成几个文件，每个不超过 {limit} 行，再依次上传。",
        ),
        _rule(
            "file.too_many_columns",
            "工作表“{sheet}”的 {cell} 单元格有内容，超过了 {limit} 列的上限。",
            "请删去模板以外的列后再上传。",
        ),
        _rule("file.no_rows", "工作表“{sheet}”的表头下面没有数据。", "请在表头下面逐行填写后再上传。"),
        _rule(
            "header.not_found",
            "前 {limit} 行里没有找到表头。应有的列：{expected}。{found}",
            "请核对表头文字，或" + _ANEW.removeprefix("请"),
        ),
        _rule(
            "header.column_missing",
            "工作表“{sheet}”第 {row} 行的表头缺少：{missing}。读到的列：{found}。",
            "请补上缺少的列（表头文字与模板一致），再上传。",
        ),
        _rule(
            "header.doubled",
            "工作表“{sheet}”第 {row} 行的表头里，“{header}”出现了不止一次（{columns} 列）。",
            "请只保留一列，删去或改名其余的列，再上传。",
        ),
        _rule(
            "header.wrong_kind",
            "这像是“{kind}”的工作簿，与当前要导入的内容不符。缺少：{missing}。",
            "请到“{kind}”的导入页上传，或换成正确的文件。",
        ),
    ]
)


class SheetRefused(Exception):
    """The file is not accepted. Nothing of its content is in the message but headers and names of sheets."""

    def __init__(self, code: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mend = mend

    @classmethod
    def of(cls, code: str, **values: Any) -> "SheetRefused":
        """The refusal of `code`, its sentences filled with `values`. Raises KeyError for one unknown."""
        problem = CODES.problem(code, **values)
        return cls(problem.code, problem.message, problem.mend)

    @property
    def problem(self) -> Problem:
        """The refusal in the shape every other problem has."""
        return Problem(field="file", code=self.code, message=self.message, mend=self.mend)


def refused(code: str, **values: Any) -> SheetRefused:
    """`SheetRefused.of`, short for the many places of this package."""
    return SheetRefused.of(code, **values)
