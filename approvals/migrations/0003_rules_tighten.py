"""A rule tightens what the policy elevates, and never loosens it."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When


def back_to_the_policy(apps, schema_editor):
    """Rules of before that never applied, or named roles below an executive, say what the policy says."""
    rules = apps.get_model("approvals", "ApprovalRule").objects.using(schema_editor.connection.alias)
    lax = rules.filter(Q(condition="never") | ~Q(approver_roles=["executive"]))
    # One update of each row: PostgreSQL alters no table whose rows changed twice in the transaction.
    condition = Case(When(Q(condition="never"), then=Value("declared")), default=F("condition"))
    lax.update(condition=condition, approver_roles=["executive"])


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='approvalrule',
            name='approval_rule_condition_valid',
        ),
        migrations.RunPython(back_to_the_policy, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='approvalrule',
            name='condition',
            field=models.CharField(choices=[('declared', 'Declared'), ('always', 'Always')], default='declared', max_length=16),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.CheckConstraint(condition=models.Q(('condition__in', ['declared', 'always'])), name='approval_rule_condition_valid'),
        ),
    ]
