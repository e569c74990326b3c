"""Floor 3: what every department needs."""
