"""Accounts: people, companies, staff; roles; level of trust."""
