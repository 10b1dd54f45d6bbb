"""What the desk's commands share: naming things on a command line, and saying when that went wrong."""

from pathlib import Path

from django.core.management.base import CommandError

from orgs.models import OrgUnit, User


def unit_of(code: str) -> OrgUnit:
    """The open unit with this code. CommandError (exit status 2) if there is none."""
    unit = OrgUnit.objects.filter(code=code, closed_at=None).first()
    if unit is None:
        raise CommandError(f"没有编码为 {code} 的组织，或已撤销。", returncode=2)
    return unit


def user_of(username: str) -> User:
    """The account of this name. CommandError (exit status 2) if there is none."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"没有名为 {username} 的账号，或已停用。", returncode=2)
    return user


def size_of(path: Path) -> int:
    """The size of a file in bytes. CommandError (exit status 2) if it cannot be read."""
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise CommandError(f"读不了文件 {path}：{error.strerror}", returncode=2) from error
