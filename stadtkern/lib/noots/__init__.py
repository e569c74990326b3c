"""Fetching evidence the way NOOTS divides the work: identity, navigation, permission, evidence; and a fake other side."""
