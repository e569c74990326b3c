"""Rules of a form: a small condition language, its compiler from German legal prose, its evaluation."""
