"""Inbox: the citizen's post box; e-mail is only an echo of it."""
