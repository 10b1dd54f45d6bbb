"""How a national id or a mobile number is shown to those who may not see it whole."""


def mask_id(national_id: str) -> str:
    """`410102200601011234` → `410***********1234`: place and tail, never the birth date."""
    if len(national_id) < 8:
        return "*" * len(national_id)
    return national_id[:3] + "*" * (len(national_id) - 7) + national_id[-4:]


def mask_mobile(mobile: str) -> str:
    """`13812345678` → `138****5678`."""
    return mobile[:3] + "****" + mobile[-4:] if len(mobile) == 11 else "*" * len(mobile)
