"""The whole state in one file, and back: `take` and `restore` (docs/backup.md).

The rows of every table as COPY writes them, whichever database they come from, and the files under the
media root; compressed, sealed with the field key, summed up. Sessions and signs of life stay out: they are
of one machine. The keys stay out too: the file only says by which field key it was sealed.
"""

from zhtj.backup.refusals import BackupRefused
from zhtj.backup.restoring import Restored, restore
from zhtj.backup.taking import Taken, take
from zhtj.backup.verifying import Found, verify

__all__ = ["BackupRefused", "Found", "Restored", "Taken", "restore", "take", "verify"]
