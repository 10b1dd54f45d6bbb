"""The campaign, its expected figures, and the daily photographs of how far it is."""

from progress.models.asking import Asked, BaselineAdjustment, EarlyOpening
from progress.models.baselines import Baseline
from progress.models.bulletins import Bulletin, BulletinBranch, BulletinLine, BulletinState, BulletinUnit
from progress.models.campaign import Campaign, GateOpening, Measure, Stage
from progress.models.files import BulletinFile, FileFormat

__all__ = [
    "Asked",
    "Baseline",
    "BaselineAdjustment",
    "Bulletin",
    "BulletinBranch",
    "BulletinFile",
    "BulletinLine",
    "BulletinState",
    "BulletinUnit",
    "Campaign",
    "EarlyOpening",
    "FileFormat",
    "GateOpening",
    "Measure",
    "Stage",
]
