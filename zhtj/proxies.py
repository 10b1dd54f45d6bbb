"""Whose request it is, where proxies stand in front: what the throttles count by."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: behind `ZHTJ_PROXIES` proxies what the outermost of them has seen.

    Every proxy appends whom it heard from to `X-Forwarded-For`, so that many from the right are true and
    what stands left of them is only claimed. Where the header is shorter or no address, the peer itself.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    heard = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if not 0 < settings.ZHTJ_PROXIES <= len(heard):
        return peer
    try:
        return str(ip_address(heard[-settings.ZHTJ_PROXIES]))
    except ValueError:
        return peer
