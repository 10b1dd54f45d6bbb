"""`manage.py found_province NAME --code CODE [--full-name TEXT] [--reset USERNAME] [--json]`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import admins, founding
from orgs.models import AccessCode


class Command(BaseCommand):
    help = (
        "建立省级团委，并给出它的管理员的注册码。已经建立的只再发一个注册码；"
        "--reset 给出管理员的密码重置码。代码只显示这一次。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="组织简称，例如：河南团省委")
        parser.add_argument("--code", required=True, help="组织编码，例如：HN；下级编码以它开头")
        parser.add_argument("--full-name", default="", metavar="TEXT", help="组织全称")
        parser.add_argument("--reset", default="", metavar="USERNAME", help="忘记密码的省级管理员")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, **options: Any) -> None:
        given = {"short_name": options["name"], "code": options["code"], "full_name": options["full_name"]}
        try:
            province = founding.found_province(**given)
            code = founding.let_in(province, username=options["reset"])
        except Refused as refused:
            raise CommandError(" ".join(f"{p.message}{p.mend}" for p in refused.problems)) from refused
        is_reset = code.purpose == AccessCode.Purpose.RESET
        result = {
            "unit": province.code,
            "name": province.short_name,
            "purpose": code.purpose,
            "code": admins.plain_code(code),
            "expires_on": days.day_of(code.expires_at).isoformat(),
            "address": f"{settings.ZHTJ_BASE_URL}/{'reset' if is_reset else 'register'}/",
        }
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else _said(result))


def _said(result: dict[str, str]) -> str:
    word = AccessCode.Purpose(result["purpose"]).label
    return (
        f"{result['name']}（{result['unit']}）的{word}：{result['code']}\n"
        f"请在 {result['expires_on']} 前打开 {result['address']} 使用，只能用一次。"
    )
