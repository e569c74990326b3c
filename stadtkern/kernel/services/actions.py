"""Publish: keep what a service says on the day somebody begins an application."""

from django.db import transaction

from stadtkern.kernel.events.actions import record

from .models import Edition
from .service import Service, digest


def publish(service: Service) -> Edition:
    """The edition of what stands in the folder now; written once per content, whoever comes first.

    A second call, also one at the same moment, returns the same row. Diary: `service.published`, once.
    """
    if known := Edition.objects.filter(service=service.key, digest=service.digest).defer("files").first():
        return known
    return _keep(service)


@transaction.atomic
def _keep(service: Service) -> Edition:
    files = dict(service.read_files())
    edition, fresh = Edition.objects.get_or_create(service=service.key, digest=digest(files), defaults={"files": files})
    if fresh:
        record("service.published", subject=f"edition:{edition.pk}", actor="system", data={"digest": edition.digest[:12]})
    return edition
