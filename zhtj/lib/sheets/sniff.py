"""What a file is, by its content; its name decides nothing.

Only its first bytes and a few tell-tale names are looked at, so this is safe in any process.
"""

from zhtj.lib.sheets.refusals import refused

XLSX, XLS, TEXT = "xlsx", "xls", "text"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_OTHERS = {
    b"%PDF": " PDF 文件",
    b"Rar!": "压缩包（RAR）",
    b"7z\xbc\xaf": "压缩包（7z）",
    b"\x1f\x8b": "压缩包（gzip）",
    b"{\\rtf": "文字文档（RTF）",
}
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<style", b"<div")


def kind_of(data: bytes) -> str:
    """XLSX, XLS or TEXT. Raises SheetRefused, naming what was found instead."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refused("file.empty")
    if data.startswith(_ZIP):
        return XLSX
    if data.startswith(_OLE):
        return _ole(data)
    head = data[:512]
    for magic, what in _PICTURES.items():
        if head.startswith(magic) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
            raise refused("file.picture", what="WEBP" if head[:4] == b"RIFF" else what)
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise refused("file.not_a_workbook", what=what)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise refused("file.not_a_workbook", what="网页或 XML 格式的表格")
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused("file.not_a_workbook", what="一种不认识的二进制文件")
    return TEXT


def _ole(data: bytes) -> str:
    """An OLE container: an old .xls, or something else in the same box."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise refused("file.password")
    if holds("Workbook") or holds("Book"):
        return XLS
    if holds("WordDocument"):
        raise refused("file.not_a_workbook", what=" Word 文档")
    if holds("PowerPoint Document"):
        raise refused("file.not_a_workbook", what="演示文稿")
    raise refused("file.damaged")
