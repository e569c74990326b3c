"""The entry for gunicorn."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
application: Any = get_wsgi_application()

from stadtkern.kernel.services.directory import search  # noqa: E402 - needs the applications
from stadtkern.site.lean import doors  # noqa: E402

application = doors(application)
search.build()  # two seconds before the first request rather than beside it
