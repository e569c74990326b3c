"""What the diary itself does with each line: tell the webhooks."""

from .actions.webhooks import fan_out

EVERY = [fan_out]
