"""Voice: what people say or type is understood as a wish for an appointment; a talk leads from there to a booking."""
