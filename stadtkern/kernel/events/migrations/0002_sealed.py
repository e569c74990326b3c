# The signing secret of a webhook lies sealed; an older one is made anew by entering the receiver again.
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        migrations.RenameField(model_name="webhook", old_name="secret", new_name="sealed_secret"),
        migrations.AlterField(model_name="webhook", name="sealed_secret", field=models.CharField(max_length=300)),
    ]
