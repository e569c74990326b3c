"""Editions: what a service said on the day somebody began an application; drafts and history of what editors change."""

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff


class Edition(models.Model):
    """The files of a service folder as published; written when the first application is begun on them."""

    service = models.CharField(max_length=100)  # service key = folder name
    digest = models.CharField(max_length=64)  # SHA-256 over all files and the city's overlay
    files = models.JSONField()  # file name -> text
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "digest"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.service}@{self.digest[:8]}"


class Draft(models.Model):
    """What one editor has changed in one file and not yet put to use: edits over the file as it stood then."""

    service = models.CharField(max_length=100)
    file = models.CharField(max_length=40)  # a name of folders.py: overlay.toml, form.overlay.toml, rules.overlay.toml
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    base = models.TextField(blank=True)  # the file's text when the first edit was made; empty where there was none
    edits = models.JSONField(default=list)  # [[keys from the top of the file], new value or null], in the order of editing
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "file", "staff"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft:{self.pk}"


class Change(models.Model):
    """One version of an editor's file that was put to use; never changed, only followed by the next."""

    service = models.CharField(max_length=100)
    file = models.CharField(max_length=40)
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    before = models.TextField(blank=True)  # the whole file; empty: there was none
    after = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)
    restores = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # an undo: back to the text of this one
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["service", "-id"], name="change_by_service")]

    def __str__(self) -> str:
        return f"change:{self.pk}"
