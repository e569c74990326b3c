"""Floor 5: settings, urls and wiring, the only place that knows everyone."""
