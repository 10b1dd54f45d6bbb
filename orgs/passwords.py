"""How a password is kept: Argon2id at a cost fit for log-ins that come in crowds (decision 0039)."""

from django.contrib.auth import hashers


class Argon2(hashers.Argon2PasswordHasher):
    """Two passes over 19 MiB in one lane, the least the OWASP password storage sheet recommends.

    A seventh of the time and a fifth of the memory of Django's default: two over 100 MiB in eight lanes.
    A hash made at another cost is made anew at the next log-in of its owner (Django does that by itself).
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
