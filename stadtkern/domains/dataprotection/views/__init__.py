"""Pages of the data protection office: for everybody, for colleagues, for the officer."""
