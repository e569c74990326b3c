"""Number plates of the city: which there are, who holds one, and what a granted registration makes of it."""

SERVICE = "kfz_zulassung_beantragen"
