"""Read scope of reports."""

from typing import Any, Self

from incidents.querysets import OfIncidentQuerySet
from reporting.choices import ReportStatus
from users.choices import CC


class ReportQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: completed, valid reports of incidents in scope. A vendor contact: none."""
        if user.is_internal:
            return self.all()
        if user.role != CC:
            return self.none()
        return super().visible_to(user).filter(status=ReportStatus.COMPLETED, voided_at__isnull=True)

    def live_postmortems(self) -> Self:
        """The automatic postmortems that are not voided: at most one for each incident."""
        return self.filter(automatic=True, voided_at__isnull=True)
