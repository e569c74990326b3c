"""The one form model: what a service asks, how answers are read, checked, shown and summed up."""
