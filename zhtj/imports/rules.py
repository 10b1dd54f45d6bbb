"""What can be wrong with a batch as a whole. What is wrong with a file, `zhtj.lib.sheets` says; with a
row, its room."""

from django.conf import settings

from zhtj.lib import sheets
from zhtj.lib.problems import Catalogue, Problem, Rule, Severity

PRACTICE = "系统约定"
NO_RIGHT = "batch.no_right"

CODES = Catalogue(
    [
        Rule(
            "file.failed",
            "检查这份文件时系统出了意外，没有写入任何内容。",
            "请点“重新检查”；仍不成功请联系上级团组织并告知批次号。",
            PRACTICE,
        ),
        Rule(
            "file.interrupted",
            "检查这份文件时多次中断，已停止，没有写入任何内容。",
            "请点“重新检查”；仍然中断的，请把文件分成几份较小的文件再上传。",
            PRACTICE,
        ),
        Rule(
            NO_RIGHT,
            "{who}已没有在“{unit}”{what}的权限，没有写入任何内容。",
            "请由有这项权限的同事接手（文件未受理的，重新上传），或联系上级团组织管理员恢复权限。",
            PRACTICE,
        ),
        Rule(
            "batch.not_left",
            "这一批不需要接手：没有因为上传人失去权限而停下。",
            "请刷新页面，按页面上的提示继续。",
            PRACTICE,
        ),
        Rule(
            "batch.not_ready",
            "这一批目前是“{state}”，不能这样操作。",
            "请刷新页面，按页面上的提示继续。",
            PRACTICE,
        ),
        Rule(
            "batch.checked_anew",
            "您打开页面以后，这一批又重新检查过，结果可能有变化。",
            "请看过最新的检查结果后再提交。",
            PRACTICE,
        ),
        Rule("batch.nothing_to_enter", "没有可以写入的行。", "请先修改有问题的行。", PRACTICE),
        Rule(
            "batch.unacknowledged",
            "还有需要您确认的事项：{message}",
            "请核实后勾选确认，再提交。",
            PRACTICE,
            Severity.ACKNOWLEDGE,
        ),
        Rule(
            "cell.error",
            "单元格里是公式出错的结果“{value}”，不是空白，也读不出内容。",
            "请改成应有的文字或数字（不要带公式）；确实没有的，请把单元格清空。",
            PRACTICE,
            field="cell",
        ),
        Rule(
            "national_id.masked",
            "身份证号码是遮盖过的（带星号），而这一行的系统标识已删除或与它对不上，无法知道是谁。",
            "请填写完整的18位号码；或重新下载带系统标识的表格，不要改动隐藏的列。",
            PRACTICE,
        ),
        Rule(
            "batch.kept_too_long",
            "提交已超过 {hours} 小时，不能整批撤销。",
            "请在名册中逐条更正、转出或撤销。",
            PRACTICE,
        ),
        Rule("batch.no_undo", "这一类导入不能整批撤销。", "请逐条更正。", PRACTICE),
        Rule(
            "batch.nothing_to_undo",
            "这一批写入的内容后来都有过变动，没有可以撤销的。",
            "请逐条更正。",
            PRACTICE,
        ),
        Rule(
            "batch.undo_moved",
            "您打开页面以后，情况又有变化，没有撤销任何内容。",
            "请看过最新的预览后再确认。",
            PRACTICE,
        ),
        Rule(
            "batch.not_to_list",
            "第 {number} 行不能列入整改：{why}",
            "请刷新页面看最新的检查结果；有其他问题的行请先修改。",
            PRACTICE,
        ),
        Rule(
            "batch.row_listed",
            "第 {number} 行已列入“{unit}”的整改清单。",
            "请到整改清单中修改或办结。",
            PRACTICE,
        ),
        Rule("batch.no_list", "这一类导入没有整改清单。", "请修改或跳过这些行。", PRACTICE),
        Rule(
            "batch.too_many_files",
            "一次最多 {limit} 个文件，这次选了 {count} 个，一个也没有接收。",
            "请分几次上传。",
            PRACTICE,
        ),
        Rule(
            "batch.files_too_big",
            "这些文件合起来超过 {limit} MB，一个也没有接收。",
            "请分几次上传。",
            PRACTICE,
        ),
        Rule("batch.no_files", "没有选择文件。", "请选择收回的表格，可以一次选多个。", PRACTICE),
        Rule(
            "batch.too_many_branches",
            "“{unit}”有 {count} 个直属团支部，超过一次下载 {limit} 份的上限。",
            "请由下一级团组织分别下载，或让团支部各自下载。",
            PRACTICE,
        ),
        Rule("batch.no_branches", "“{unit}”没有直属团支部。", "请先创建团支部。", PRACTICE),
        Rule("batch.row_missing", "第 {number} 行不在需要处理的行里。", "请刷新页面再看。", PRACTICE),
        Rule("batch.kind", "没有“{kind}”这种导入类型。", "请在 {known} 中选择。", PRACTICE),
    ]
)

# Recognition hangs on evidence left blank (domain, section 6): acknowledging it is attesting it.
ATTESTATION = "identity.evidence_unattested"

WORLD_MOVED = "提交时发现系统里的情况与检查时不同，没有写入任何内容，已重新检查。请再看一遍后提交。"
COMMIT_FAILED = "提交时系统出了意外，没有写入任何内容。请再提交一次；仍不成功请联系上级团组织并告知批次号。"
COMMIT_INTERRUPTED = "提交多次中断，没有写入任何内容。请再提交一次，或把文件分成几份上传。"


def too_large_together() -> Problem:
    """Many files at once are over the limit together."""
    limit = settings.ZHTJ_IMPORT_LIMITS["files_bytes"] >> 20
    return CODES.problem("batch.files_too_big", limit=limit)


def too_large(size: int | None = None) -> Problem:
    """The file is over the limit, by how much if that is known (it may have been turned away unread)."""
    limit = settings.ZHTJ_IMPORT_LIMITS["bytes"] >> 20
    shown = f"{size / 2**20:.1f}" if size else f"{limit} 以上"
    return sheets.CODES.problem("file.too_big", size=shown, limit=limit)
