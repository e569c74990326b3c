"""Payments: amounts, checkout, receipts."""
