"""Pages of the cash office, below /zahlung/kasse/: statements, unexplained money, direct debits, reminders, refunds."""
