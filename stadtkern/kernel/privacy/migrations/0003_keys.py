# The wrapped keys of people.
import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_access_log")]
    operations = [
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("owner", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=60)),
                ("current", models.BooleanField(default=True)),
                ("kek", models.CharField(blank=True, max_length=16)),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("shredded_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner"], name="key_owner"),
                    models.Index(fields=["about"], name="key_about"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)), fields=("owner", "about"), name="key_current"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField(db_index=True)),
                ("register_key", models.UUIDField(blank=True, null=True)),
                ("asked_by", models.CharField(max_length=60)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("done", models.JSONField(default=list)),
                ("kept", models.JSONField(default=list)),
            ],
        ),
    ]
