"""The data protection officer's desk over the access log: reviews, figures, and whether the log is sound."""
