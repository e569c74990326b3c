"""What happens when a right is granted: files to read and to take along, rest, erasure."""
