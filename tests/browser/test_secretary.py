"""Journey 1: a branch secretary with 40 members and an Excel file, from log-in to the roster."""

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from zhtj.demo import workbook

ROWS_GOOD, ROWS_TO_MEND, ROWS_TO_RECTIFY = workbook.GOOD, workbook.MENDABLE, workbook.TO_RECTIFY


def sign_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.locator(f"[data-demo={username}]").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))


def upload(page: Page, file: Path) -> None:
    """From the first page to the review of `file`."""
    page.get_by_role("link", name="导入团员", exact=True).first.click()
    page.get_by_label("填好的工作簿").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("40 行：", timeout=30_000)


def test_the_secretary_uploads_mends_two_rows_and_commits(page: Page, tmp_path: Path) -> None:
    sign_in(page, "branch")

    with page.expect_download() as download:
        page.get_by_role("link", name="下载团员空白表").click()
    blank = tmp_path / "blank.xlsx"
    download.value.save_as(blank)
    filled = fill(blank, tmp_path / "filled.xlsx")

    upload(page, filled)
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_contain_text(f"{ROWS_GOOD} 行可以导入")
    expect(headline).to_contain_text(f"{ROWS_TO_MEND} 行要改")
    expect(headline).to_contain_text(f"{ROWS_TO_RECTIFY} 行需整改")
    for words in ("中华民族", "校验", "班长", "不满13周岁", "发展团员编号"):
        expect(page.locator("#content")).to_contain_text(words)

    mend(page, "中华民族", "民族", "汉族")
    mend(page, "班长", "团内职务", "组织委员")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        f"{ROWS_GOOD + 2} 行可以导入", timeout=30_000
    )

    page.get_by_role("button", name=f"导入 {ROWS_GOOD + 2} 人").last.click()
    expect(page.locator("#content")).to_contain_text("同一份文件再次导入不会重复录入", timeout=30_000)

    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="团员", exact=True).click()
    expect(page.locator("#content")).to_contain_text(workbook.person(1).full_name)
    expect(page.locator("#content")).not_to_contain_text(workbook.person(1).national_id)


def fill(blank: Path, target: Path) -> Path:
    """Type the demo's forty rows into the blank workbook, under the headers it has."""
    book = load_workbook(blank)
    sheet = book.active
    header = next(row for row in sheet.iter_rows() if any(str(cell.value).startswith("姓名") for cell in row))
    columns = {
        re.sub(r"[*＊\s]|（.*|\(.*", "", str(cell.value)): cell.column for cell in header if cell.value
    }
    for offset, row in enumerate(workbook.rows(), start=1):
        for name, value in zip(workbook.HEADERS, row, strict=True):
            sheet.cell(header[0].row + offset, columns[name], value)
    book.save(target)
    return target


def plain(header: object) -> str:
    """A header without its mark and its brackets."""
    return re.sub(r"[*＊\s]|[（(].*", "", str(header))


def mend(page: Page, typed: str, column: str, value: str) -> None:
    """Open the row in which `typed` stands, put `value` into `column`, save."""
    page.locator("table.rows tr", has_text=typed).get_by_role("link", name=re.compile("修改")).click()
    page.get_by_label(column, exact=False).first.fill(value)
    page.get_by_role("button", name="保存并重新检查").click()
    expect(page.locator("[data-saved]")).to_be_visible(timeout=30_000)
