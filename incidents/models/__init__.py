"""Incidents and their records, with their constraints; one module for each noun."""

from incidents.models.communication import Communication
from incidents.models.escalation import Escalation
from incidents.models.event import CorrelationRule, EventCorrelation, EventRecord
from incidents.models.incident import AffectedClient, Incident, IncidentNote
from incidents.models.link import IncidentLink
from incidents.models.pause import ClockPause
from incidents.models.rca import RootCauseAnalysis
from incidents.models.workaround import Workaround

__all__ = [
    "AffectedClient",
    "ClockPause",
    "Communication",
    "CorrelationRule",
    "Escalation",
    "EventCorrelation",
    "EventRecord",
    "Incident",
    "IncidentLink",
    "IncidentNote",
    "RootCauseAnalysis",
    "Workaround",
]
