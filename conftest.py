"""The suite runs in mode "test" against its own database."""

import os

os.environ["STADTKERN_MODE"] = "test"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # browser tests: Playwright's sync API runs inside an event loop
