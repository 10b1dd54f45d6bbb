"""The one hand on the organisation tree: only this package writes `parent, lft, rght, tree_id, level`.

Specification (design: house, section 3, Tree). `parent` is the truth, the numbers are an index of
it with room left (`orgs.numbering`). Whoever inserts holds the tree's lock *shared* and the parent's
row; two inserts meet only under one parent. Whoever changes numbers that others may have read
(making room, moving, repairing) holds the tree's lock *exclusively*. Nobody asks for the exclusive
lock while holding the shared one: an insert that finds its parent full leaves its savepoint, which
gives both locks back, and starts again with the exclusive lock. A caller that grafts twice in one
transaction therefore hands both over at once, to `graft_many`. On SQLite a transaction is IMMEDIATE:
one writer at a time.

Every change of place, name, class, industry or domain closes the unit's placement and opens the
next, so that any past moment can be drawn again.
"""

from orgs.tree.forest import NewUnit
from orgs.tree.growing import OutOfReach, graft, graft_many
from orgs.tree.mending import Fault, faults, nodes, repair
from orgs.tree.moving import move
from orgs.tree.placing import Domains, changed_domains, domains_with, rename, set_industry

__all__ = [
    "Domains",
    "Fault",
    "NewUnit",
    "OutOfReach",
    "changed_domains",
    "domains_with",
    "faults",
    "graft",
    "graft_many",
    "move",
    "nodes",
    "rename",
    "repair",
    "set_industry",
]
