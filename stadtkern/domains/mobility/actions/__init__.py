"""What happens in mobility; each part has a file of its own."""
