"""Traffic: counts and their faults, forecasts, assignment, signal plans and the gate that judges them. Plain Python."""
