"""Consultations on plans: passages, drawn shapes, groups, the table of weighings, papers."""
