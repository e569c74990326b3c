"""Traffic: counts and forecasts, what stands in the way, what if, proposals for signals."""

OFFICE = "tiefbauamt"  # whose clerks plan traffic; its lead releases signal plans
