"""What can be wrong with a batch as a whole. What is wrong with a file, `zhtj.lib.sheets` says; with a
row, its room."""

from django.conf import settings

from zhtj.lib import sheets
from zhtj.lib.problems import Catalogue, Problem, Rule, Severity

PRACTICE = "系统约定"

CODES = Catalogue(
    [
        Rule(
            "file.failed",
            "检查这份文件时系统出了意外，没有写入任何内容。",
            "请稍后再上传一次；仍不成功请联系上级团组织并告知批次号。",
            PRACTICE,
        ),
        Rule(
            "file.interrupted",
            "检查这份文件时多次中断，已停止，没有写入任何内容。",
            "请把文件分成几份较小的文件再上传。",
            PRACTICE,
        ),
        Rule(
            "batch.no_right",
            "上传人已没有在“{unit}”{what}的权限，没有写入任何内容。",
            "请联系上级团组织管理员恢复权限后重新上传。",
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
        Rule("batch.row_missing", "第 {number} 行不在需要处理的行里。", "请刷新页面再看。", PRACTICE),
        Rule("batch.kind", "没有“{kind}”这种导入类型。", "请在 {known} 中选择。", PRACTICE),
    ]
)

# Recognition hangs on evidence left blank (domain, section 6): acknowledging it is attesting it.
ATTESTATION = "identity.evidence_unattested"

WORLD_MOVED = "提交时发现系统里的情况与检查时不同，没有写入任何内容，已重新检查。请再看一遍后提交。"
COMMIT_FAILED = "提交时系统出了意外，没有写入任何内容。请再提交一次；仍不成功请联系上级团组织并告知批次号。"
COMMIT_INTERRUPTED = "提交多次中断，没有写入任何内容。请再提交一次，或把文件分成几份上传。"


def too_large(size: int | None = None) -> Problem:
    """The file is over the limit, by how much if that is known (it may have been turned away unread)."""
    limit = settings.ZHTJ_IMPORT_LIMITS["bytes"] >> 20
    shown = f"{size / 2**20:.1f}" if size else f"{limit} 以上"
    return sheets.CODES.problem("file.too_big", size=shown, limit=limit)
