"""What checks find, for tests."""

from __future__ import annotations

from curator.project import Project
from curator.store.findings import Finding


def checked(project: Project, *check_ids: str) -> list[Finding]:
    """Run some checks, or all, and give what they found, in the order of the records."""
    reports = project.check(check_ids)
    found = project.found([report.id for report in reports])
    return sorted(found, key=lambda finding: (finding.check_id, finding.record_id or 0))


def counted(project: Project, *check_ids: str) -> dict[str, int]:
    """The same as counts."""
    return {report.id: report.count for report in project.check(check_ids)}
