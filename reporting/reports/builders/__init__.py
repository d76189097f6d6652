"""The five report types: each has its own builder, which creates the sections of its document."""

from collections.abc import Callable

from reporting.choices import ReportType
from reporting.reports.builders.compliance import compliance_report
from reporting.reports.builders.executive import executive_summary
from reporting.reports.builders.performance import performance_dashboard
from reporting.reports.builders.postmortem import postmortem_report
from reporting.reports.builders.trend import trend_analysis
from reporting.reports.context import ReportContext
from reporting.reports.document import Section

BUILDERS: dict[str, Callable[[ReportContext], tuple[Section, ...]]] = {
    ReportType.EXECUTIVE_SUMMARY: executive_summary,
    ReportType.POSTMORTEM_REPORT: postmortem_report,
    ReportType.COMPLIANCE_REPORT: compliance_report,
    ReportType.PERFORMANCE_DASHBOARD: performance_dashboard,
    ReportType.TREND_ANALYSIS: trend_analysis,
}
