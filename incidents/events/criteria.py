"""SOP 2: the effective criteria. Criteria in the request take precedence over stored rules, and those over the
defaults.

Rules and severity thresholds are determined separately: a stored rule without `minimum_severity` does not affect the
threshold, so it cannot hide a critical alert.
"""

from collections.abc import Mapping
from typing import Any

from incidents.events.correlation import Criteria, GroupingRule
from incidents.models import CorrelationRule

REQUEST = "the request"


def criteria_in_force(stated: Mapping[str, Any] | None, thresholds: Mapping[str, Any] | None) -> Criteria:
    """The criteria for one request, from its `correlation_rules` and `severity_thresholds` if present."""
    default = Criteria()
    stored = list(CorrelationRule.objects.filter(active=True).order_by("id"))
    rules = tuple(GroupingRule(each.group_by, each.window_minutes, each.min_events, _named(each)) for each in stored)
    own = GroupingRule(**{**stated, "origin": REQUEST}) if stated else None
    severity, origin = _threshold(stored, (thresholds or {}).get("minimum_severity"), default)
    return Criteria(
        rules=(own,) if own else rules or default.rules,
        relation=own or default.relation,
        minimum_severity=severity,
        severity_origin=origin,
    )


def _threshold(stored: list[CorrelationRule], stated: str | None, default: Criteria) -> tuple[str, str]:
    """The lowest sufficient severity, and its source. Of several stored thresholds, any is sufficient."""
    if stated:
        return stated, REQUEST
    stating = [each for each in stored if each.minimum_severity]
    if stating:
        lowest = max(stating, key=lambda each: each.minimum_severity or "")
        return str(lowest.minimum_severity), _named(lowest)
    return default.minimum_severity, default.severity_origin


def _named(rule: CorrelationRule) -> str:
    return f"the rule {rule.name}"
