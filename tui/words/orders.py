"""What the orders of records are called."""

from __future__ import annotations

from ..language import N_

NAMES = {
    "open": N_("undecided first"),
    "file": N_("as they came"),
    "random": N_("drawn by lot"),
    "findings": N_("with findings first"),
    "label-errors": N_("likely label errors first"),
    "uncertain": N_("least sure suggestions first"),
    "training": N_("hardest in training first"),
    "newest": N_("newest first"),
    "longest": N_("longest first"),
    "shortest": N_("shortest first"),
    "label": N_("by label"),
}
