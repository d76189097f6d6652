"""A voided postmortem says why it lost its force."""

from django.db import migrations, models


def say_that_reopenings_voided(apps, schema_editor):
    """Until now nothing else took the force from a postmortem."""
    reports = apps.get_model("reporting", "IncidentReport").objects.using(schema_editor.connection.alias)
    reports.filter(voided_at__isnull=False).update(void_reason="reopened")


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0007_evidence'),
        ('reporting', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='incidentreport',
            name='void_reason',
            field=models.CharField(blank=True, choices=[('reopened', 'Reopened'), ('outdated', 'Outdated')], max_length=16),
        ),
        migrations.RunPython(say_that_reopenings_voided, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='incidentreport',
            constraint=models.CheckConstraint(condition=models.Q(('void_reason__in', ['', 'reopened', 'outdated']), models.Q(models.Q(('void_reason', ''), ('voided_at__isnull', True)), models.Q(('voided_at__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR')), name='incident_report_void_reasoned'),
        ),
    ]
