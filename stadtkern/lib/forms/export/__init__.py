"""Forms and answers for other programs: JSON Schema, JSON, XML, and the blank form on paper."""
