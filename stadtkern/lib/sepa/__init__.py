"""Money by transfer and direct debit in the SEPA: texts, days, accounts, files for the bank, the code on the invoice."""
