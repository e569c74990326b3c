"""Tickets of public transport: products and prices, the phone's own code, the wallet, the desk, the inspectors' page."""
