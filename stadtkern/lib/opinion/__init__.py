"""What many people say about many statements: tallies, common ground, groups with their stability, topics, similar texts."""
