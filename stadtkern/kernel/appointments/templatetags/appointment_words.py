"""Days and times of appointments as people say them, in their language."""

from datetime import date, datetime

from django import template

from stadtkern.kernel.appointments import say

register = template.Library()


@register.filter
def short_day(value: date | datetime) -> str:
    """`{{ free.starts_at|short_day }}` is "Mi, 2. Dez."."""
    return say.short_day(value)


@register.filter
def day_month(value: date | datetime) -> str:
    """`{{ day|day_month }}` is "2. Dez."."""
    return say.day_month(value)


@register.filter
def long_day(value: date) -> str:
    """`{{ day|long_day }}` is "Mittwoch, 2. Dezember 2026"."""
    return say.long_day(value)
