"""Files given out of a bulletin."""

from django.db import models

from orgs.models import OrgUnit
from progress.models.bulletins import Bulletin


class FileFormat(models.TextChoices):
    XLSX = "xlsx", "工作簿"
    PDF = "pdf", "公文"
    DOCX = "docx", "Word 文档"
    PNG = "png", "图片"
    TXT = "txt", "文字"


class BulletinFile(models.Model):
    """A file given out of a published bulletin: drawn once, kept with its hash, served unchanged.

    `unit_class` narrows it to one class of the unit's children ("" = all); `number` counts the
    pictures of one set (everything else has one file).
    """

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="files")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织")
    format = models.CharField("格式", max_length=4, choices=FileFormat)
    unit_class = models.CharField("单位分类", max_length=16, blank=True)
    number = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("文件名", max_length=120)
    content = models.BinaryField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "通报文件"
        verbose_name_plural = "通报文件"
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "unit", "format", "unit_class", "number"], name="bulletin_file_once"
            ),
        ]
