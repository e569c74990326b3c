"""Identity cards and passports after the application: taken in at the counter, made elsewhere, handed over."""
