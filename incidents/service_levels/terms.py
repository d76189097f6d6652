"""The terms of an incident's clocks, as they were when time was counted.

They are stored with the incident: when a calendar or an agreement changes, earlier time remains counted by the former
hours, which no other record contains.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clients.agreement_lookup import ApplicableAgreement
from clients.budgets import Budget, budget_of
from clients.clocks import WorkingHours
from clients.service_hours import Coverage, coverage_of, hours_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SlaTerms:
    """An agreement's targets in covered minutes and its coverage; without an agreement, there are no targets.

    `calendar` is set only for business hours. The recovery time objective uses wall-clock time, and `pauses_allowed` is
    checked when a pause begins: neither affects equality, so changing them starts no new stretch.
    """

    agreement_id: int | None = None
    subscription_id: int | None = None
    tier: str | None = None
    severity: str | None = None
    coverage: str | None = None
    calendar: dict[str, Any] | None = None
    response_minutes: int | None = None
    resolution_minutes: int | None = None
    rto_minutes: int | None = field(default=None, compare=False)
    pauses_allowed: bool = field(default=False, compare=False)

    @property
    def has_agreement(self) -> bool:
        return self.agreement_id is not None

    @property
    def hours(self) -> WorkingHours | None:
        return hours_of(self.coverage or Coverage.ROUND_THE_CLOCK, self.calendar)

    @property
    def response(self) -> Budget | None:
        return self._budget(self.response_minutes)

    @property
    def resolution(self) -> Budget | None:
        return self._budget(self.resolution_minutes)

    def as_dict(self) -> dict[str, Any]:
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value is not None and value is not False}

    def differences(self, other: "SlaTerms") -> list[str]:
        """The changed aspects, as reasons in the arithmetic."""
        return [name for name, columns in _ASPECTS.items() if any(_differs(self, other, each) for each in columns)]

    def _budget(self, minutes: int | None) -> Budget | None:
        return None if minutes is None else budget_of(timedelta(minutes=minutes), self.hours)


_ASPECTS = {
    "severity": ("severity",),
    "agreement": ("agreement_id",),
    "targets": ("response_minutes", "resolution_minutes"),
    "coverage": ("coverage", "tier"),
    "calendar": ("calendar",),
}


def _differs(one: SlaTerms, other: SlaTerms, column: str) -> bool:
    return bool(getattr(one, column) != getattr(other, column))


def terms_of(agreement: ApplicableAgreement | None, severity: str, detected_at: datetime) -> SlaTerms:
    """The terms of an agreement for an incident of this severity."""
    if agreement is None:
        return SlaTerms()
    if agreement.agreement_id is None:
        return SlaTerms(rto_minutes=agreement.rto_minutes)
    coverage = coverage_of(agreement.tier, severity)
    return SlaTerms(
        agreement_id=agreement.agreement_id,
        subscription_id=agreement.subscription_id,
        tier=agreement.tier,
        severity=severity,
        coverage=str(coverage),
        calendar=_from(agreement.calendar, detected_at) if coverage == Coverage.BUSINESS_HOURS else None,
        response_minutes=agreement.response_minutes,
        resolution_minutes=agreement.resolution_minutes,
        rto_minutes=agreement.rto_minutes,
        pauses_allowed=agreement.pauses_allowed,
    )


def _from(calendar: dict[str, Any], detected_at: datetime) -> dict[str, Any]:
    """A calendar without holidays that precede the incident in every time zone."""
    first = (detected_at - _DAY).date().isoformat()
    return {**calendar, "holidays": [day for day in calendar["holidays"] if day >= first]}
