"""From files to records: every row is added, known from an earlier import, or kept as a reject with its reason."""

from curator.importing.importer import Importer
from curator.importing.plans import ImportReport, Options, Progress, SourcePlan, SourceReport
from curator.importing.retrying import retry, shared_header

__all__ = [
    "ImportReport",
    "Importer",
    "Options",
    "Progress",
    "SourcePlan",
    "SourceReport",
    "retry",
    "shared_header",
]
