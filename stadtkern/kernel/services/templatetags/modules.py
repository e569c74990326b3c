"""What pages of services and entries say about texts and maturity: `{% load modules %}`."""

from typing import Any

from django import template

from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services.directory.entry import Entry
from stadtkern.kernel.services.maturity import Maturity, Platform, of_service
from stadtkern.kernel.services.maturity_models import MODEL_2_0
from stadtkern.kernel.services.modules import shown, store
from stadtkern.kernel.services.service import Service

register = template.Library()


@register.simple_tag
def modules_of(thing: Entry | Service) -> list[shown.Shown]:
    """The modules the page of this entry or service adds."""
    return shown.of_page(thing)


@register.simple_tag
def plain_language_of(thing: Entry | Service) -> list[shown.Shown]:
    """The texts of this entry or service in Leichte Sprache."""
    return shown.plain_language(thing)


@register.simple_tag(takes_context=True)
def key_to_edit(context: dict[str, Any], thing: Entry | Service) -> str:
    """The key under which the reader may edit the texts; "" for everybody but editors."""
    member = getattr(context.get("actor"), "staff", None)
    key = thing.leika or (thing.key if isinstance(thing, Entry) else "")
    return key if member is not None and member.role == Role.EDITOR and store.KEY.fullmatch(key) else ""


@register.simple_tag
def maturity_of(service: Service) -> Maturity:
    """The maturity of a service in model 2.0."""
    return MODEL_2_0.measure(of_service(service, Platform.of(city()), store.modules(service.leika)))
