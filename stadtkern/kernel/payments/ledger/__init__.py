"""Pages of the ledger for the cash office, below /zahlung/kasse/: open items, one claim, closed days and their files."""
