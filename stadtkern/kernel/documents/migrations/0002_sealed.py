# Papers and files lie sealed; what is older is sealed by `manage.py seal_documents`.
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("privacy", "0003_keys")]
    operations = [
        migrations.RenameField(model_name="content", old_name="data", new_name="sealed"),
        migrations.RenameField(model_name="uploadcontent", old_name="data", new_name="sealed"),
    ]
