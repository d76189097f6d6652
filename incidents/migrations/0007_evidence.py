"""An incident manager's word for evidence is kept; a portal update may leave out the contact."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models


def keep_the_word_of_managers(apps, schema_editor):
    """What is resolved by a manager's code, with a note, was resolved by that word."""
    alias = schema_editor.connection.alias
    noted = apps.get_model("incidents", "IncidentNote").objects.using(alias).filter(incident_id=models.OuterRef("pk"))
    incidents = apps.get_model("incidents", "Incident").objects.using(alias)
    managers = apps.get_model(settings.AUTH_USER_MODEL).objects.using(alias).filter(role="incident_manager")
    stated = incidents.filter(models.Exists(noted), status="resolved", resolved_by__in=managers.values("pk"))
    stated.exclude(resolution_code="").update(mitigation_stated=True)


def refuse_portal_updates_without_contact(apps, schema_editor):
    """The version before stores no communication to a client's portal that names no contact."""
    communications = apps.get_model("incidents", "Communication").objects.using(schema_editor.connection.alias)
    portal = communications.filter(recipient_type="client_contact", recipient_user=None, imported_row__isnull=True)
    if count := portal.count():
        raise CommandError(
            f"Refused: {count} portal updates name no contact, which the version before this migration cannot store. "
            "Nothing was changed by this migration."
        )


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0006_no_alert_is_lost'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='communication',
            name='communication_recipient_named',
        ),
        migrations.AddField(
            model_name='incident',
            name='mitigation_stated',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(keep_the_word_of_managers, refuse_portal_updates_without_contact),
        migrations.AddConstraint(
            model_name='communication',
            constraint=models.CheckConstraint(condition=models.Q(('imported_row__isnull', False), models.Q(('recipient_group', ''), ('recipient_type__in', ('user', 'client_contact', 'vendor_contact')), ('recipient_user__isnull', False)), models.Q(('delivery_method', 'incident_portal_update'), ('recipient_group', ''), ('recipient_type', 'client_contact'), ('recipient_user__isnull', True)), models.Q(('recipient_type', 'group'), ('recipient_user__isnull', True), models.Q(('recipient_group', ''), _negated=True)), models.Q(('recipient_group', ''), ('recipient_type', 'executive_team'), ('recipient_user__isnull', True)), _connector='OR'), name='communication_recipient_named'),
        ),
    ]
