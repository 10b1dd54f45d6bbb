"""Handing work to the background. A message is only a hint: the row in the database says what is to be done,
and the timetable finds whatever no message told of (docs/decisions/0005)."""

import logging
from typing import Any

from kombu.exceptions import OperationalError as BrokerDown

logger = logging.getLogger(__name__)


def send(task: Any, *arguments: Any) -> bool:
    """Queue `task`, a Celery task. False where the broker is down or full, which is logged: the work then
    waits for the timetable. Tried once; a broker that hangs costs seconds (zhtj.celery)."""
    try:
        task.apply_async(arguments, retry=False)
    except (BrokerDown, OSError) as error:
        logger.warning("%s%s waits for the timetable: no broker (%s)", task.name, arguments, error)
        return False
    return True
