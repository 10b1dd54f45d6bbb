"""The campaign, its expected figures, and the daily photographs of how far it is."""

from progress.models.asking import Asked, BaselineAdjustment, Completion, EarlyOpening
from progress.models.baselines import COUNTS, OPTIONAL_COUNTS, Baseline
from progress.models.bulletins import Bulletin, BulletinBranch, BulletinState, BulletinUnit, Counted
from progress.models.campaign import Campaign, GateOpening, Measure, Stage
from progress.models.files import BulletinFile, FileFormat
from progress.models.spotchecks import Pattern, SpotCheck, SpotCheckRun

__all__ = [
    "COUNTS",
    "OPTIONAL_COUNTS",
    "Asked",
    "Baseline",
    "BaselineAdjustment",
    "Bulletin",
    "BulletinBranch",
    "BulletinFile",
    "BulletinState",
    "BulletinUnit",
    "Campaign",
    "Completion",
    "Counted",
    "EarlyOpening",
    "FileFormat",
    "GateOpening",
    "Measure",
    "Pattern",
    "SpotCheck",
    "SpotCheckRun",
    "Stage",
]
