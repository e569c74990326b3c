"""Erasure that can be interrupted and repeated: its own table, and a journal outside the database."""
