"""Activation by two shares, sessions of the console, and who ever had a password."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now


def void_whole_secrets(apps, schema_editor):
    """An activation token of before was a whole secret in one hand: it is void. So is one share of two, on the way back:
    the version before would take it for the whole.
    """
    tokens = apps.get_model("users", "ActivationToken").objects.using(schema_editor.connection.alias)
    tokens.filter(used_at__isnull=True).update(used_at=Now())


def remember_passwords(apps, schema_editor):
    """Whoever has a password set it some time before: when, nobody wrote down."""
    users = apps.get_model("users", "User").objects.using(schema_editor.connection.alias)
    users.exclude(password="").exclude(password__startswith="!").update(password_set_at=F("updated_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0002_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsoleSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(editable=False)),
                ('updated_at', models.DateTimeField(editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('imported_row', models.JSONField(editable=False, null=True)),
                ('imported_violations', models.JSONField(editable=False, null=True)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='activationtoken',
            name='countersigned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='activationtoken',
            name='countersigned_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='activationtoken',
            name='other_digest',
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='activationtoken',
            name='replaces_access',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='user',
            name='password_set_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(void_whole_secrets, void_whole_secrets),
        migrations.RunPython(remember_passwords, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='activationtoken',
            constraint=models.UniqueConstraint(fields=('other_digest',), name='activation_token_other_digest_unique'),
        ),
        migrations.AddConstraint(
            model_name='activationtoken',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at__isnull', True)), fields=('user',), name='activation_token_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='activationtoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('countersigned_at__isnull', True), ('countersigned_by__isnull', True), ('other_digest__isnull', True)), models.Q(('countersigned_at__isnull', False), ('countersigned_by__isnull', False), ('other_digest__isnull', False)), _connector='OR'), name='activation_token_countersigned_whole'),
        ),
        migrations.AddConstraint(
            model_name='activationtoken',
            constraint=models.CheckConstraint(condition=models.Q(('countersigned_by__isnull', True), models.Q(('countersigned_by', models.F('created_by')), _negated=True), ('created_by', 0), _connector='OR'), name='activation_token_two_people'),
        ),
        migrations.AddField(
            model_name='consolesession',
            name='created_by',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consolesession',
            name='updated_by',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consolesession',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='console_sessions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='consolesession',
            constraint=models.UniqueConstraint(fields=('digest',), name='session_digest_unique'),
        ),
    ]
