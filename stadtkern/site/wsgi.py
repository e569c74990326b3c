"""The entry for gunicorn."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadtkern.site.settings")
application: Any = get_wsgi_application()

from stadtkern.kernel.manifest import DOMAINS  # noqa: E402 - needs the applications
from stadtkern.kernel.services.directory import search  # noqa: E402
from stadtkern.site.lean import doors  # noqa: E402

application = doors(application)
search.build()  # two seconds before the first request rather than beside it
if "SERVER_SOFTWARE" in os.environ:  # a process of the server, and not somebody who only imports it
    for domain in DOMAINS:
        if domain.begin is not None:
            domain.begin()
