"""What the accounts' room forgets when its time has come: codes that are over, tries that failed."""

import datetime as dt

from django.db.models import Q

from orgs.models import AccessCode, CodeTry


def forget_codes(before: dt.datetime, *, dry_run: bool) -> int:
    """Registration and reset codes used, withdrawn or expired before, and wrong tries counted before."""
    over = Q(used_at__lt=before) | Q(withdrawn_at__lt=before) | Q(expires_at__lt=before)
    codes, tries = AccessCode.objects.filter(over), CodeTry.objects.filter(at__lt=before)
    if dry_run:
        return codes.count() + tries.count()
    return codes.delete()[0] + tries.delete()[0]
