"""City: the municipality, its offices, its switches."""
