"""What may be wrong with a code, an account or a role, and the limits of the practice."""

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from zhtj.lib.problems import Catalogue, Problem, Rule

from orgs.models import AccessCode, User

ADMINS_PER_UNIT = 2
CODE_LENGTH = 8
# Without 0 O 1 l I: codes are read aloud and copied from paper.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"
VALID_FOR = {
    AccessCode.Purpose.REGISTER: dt.timedelta(days=20),
    AccessCode.Purpose.RESET: dt.timedelta(days=2),
}
PRACTICE = "国家系统惯例"

CODES = Catalogue(
    [
        Rule(
            "code.unknown", "这个代码不存在。", "请核对大小写后重新输入，或请上级团组织重新发放。", PRACTICE
        ),
        Rule("code.used", "这个代码已经用过。", "每个代码只能用一次，请上级团组织重新发放。", PRACTICE),
        Rule("code.expired", "这个代码已于{day}过期。", "请上级团组织重新发放。", PRACTICE),
        Rule(
            "unit.enough_admins",
            "“{unit}”已有 {count} 名管理员。",
            "每个组织至多两名管理员；请先解除其中一名，再发放注册码。",
            PRACTICE,
            field="unit",
        ),
        Rule("unit.closed", "“{unit}”已撤销。", "已撤销的组织不再设管理员。", "附件四.1", field="unit"),
        Rule("username.taken", "登录名“{username}”已有人使用。", "请换一个登录名。", PRACTICE),
        Rule("username.format", "登录名应为 3–30 个字母、数字或 ._- 。", "请换一个登录名。", PRACTICE),
        Rule("password.weak", "{reason}", "请换一个密码：至少 8 位，不要用生日或连续数字。", PRACTICE),
        Rule(
            "user.without_role",
            "“{name}”在“{unit}”没有任何角色。",
            "请刷新页面后再看名单。",
            PRACTICE,
            field="user",
        ),
        Rule("admin.unknown", "“{name}”不是“{unit}”的管理员。", "请刷新页面后再看名单。", PRACTICE),
        Rule(
            "admin.also_elsewhere",
            "账号“{name}”还有不归您管理的授权，不能由您重置密码。",
            "请由管理其全部授权的上级发放重置码（省级授予的角色由省级办理）；只在本组织换人的，请用“移交给他人”。",
            PRACTICE,
            field="user",
        ),
        Rule(
            "admin.already",
            "账号“{name}”已经是“{unit}”的管理员。",
            "不用再注册；请把注册码交给另一位同志。",
            PRACTICE,
        ),
        Rule(
            "role.oneself", "不能给自己授权或取消授权。", "请由另一名管理员办理。", PRACTICE, field="username"
        ),
        Rule(
            "role.of_province",
            "“{role}”只能设在省级团委。",
            "请改在省级团委的页面授权。",
            PRACTICE,
            field="role",
        ),
        Rule(
            "user.unknown",
            "没有账号“{name}”。",
            "请核对账号；账号在用注册码注册时设定。",
            PRACTICE,
            field="username",
        ),
        Rule("admin.oneself", "不能解除自己的管理员身份。", "请由上级团组织办理。", PRACTICE),
    ]
)


def username_problems(username: str) -> list[Problem]:
    plain = username.replace(".", "").replace("_", "").replace("-", "")
    if not (3 <= len(username) <= 30 and plain.isascii() and plain.isalnum()):
        return [CODES.problem("username.format")]
    if User.objects.filter(username__iexact=username).exists():
        return [CODES.problem("username.taken", username=username)]
    return []


def password_problems(password: str, user: User | None) -> list[Problem]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [CODES.problem("password.weak", reason=reason) for reason in error.messages]
    return []
