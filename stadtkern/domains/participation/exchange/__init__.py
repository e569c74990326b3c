"""What cities give each other: process templates, ideas with their results, datasets; signed, with origin and licence."""
