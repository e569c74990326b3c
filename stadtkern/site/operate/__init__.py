"""How the installation is doing, for the people who run it: what waits, who is told outside, what is away."""
