"""Put a letter into the post box, write to an office, and send the e-mail that says there is post."""

from .echoing import send_echo
from .letters import Refused, deliver, forget_about, forget_of, mark_fetched, mark_read, write

__all__ = ["Refused", "deliver", "forget_about", "forget_of", "mark_fetched", "mark_read", "send_echo", "write"]
