from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from reporting.auditor_pack import operation as auditor_pack  # noqa: F401 - declares it
        from reporting.metrics import operations as metrics  # noqa: F401 - declares them
        from reporting.reports import operations as reports  # noqa: F401 - declares it
