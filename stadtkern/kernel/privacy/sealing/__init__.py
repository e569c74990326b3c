"""Where the keys of people live and die: the city's key outside the database, the wrapped keys inside."""
