"""What a page may ask the browser for: almost nothing, and a few pages more (Permissions-Policy)."""

# Nothing on our pages listens, watches or sells; the position is asked on maps, the camera for files by the system itself.
EVERY_PAGE = {
    "accelerometer": "()",
    "autoplay": "()",
    "camera": "()",
    "display-capture": "()",
    "geolocation": "(self)",
    "gyroscope": "()",
    "magnetometer": "()",
    "microphone": "()",
    "midi": "()",
    "payment": "()",
    "publickey-credentials-create": "(self)",
    "publickey-credentials-get": "(self)",
    "usb": "()",
}


def policy(*allowed: str) -> str:
    """The header's value; `allowed` are features this one page uses itself: `policy("camera", "microphone")`."""
    unknown = set(allowed) - set(EVERY_PAGE)
    if unknown:
        raise ValueError(f"Not a feature of the list: {sorted(unknown)}")
    return ", ".join(f"{name}={'(self)' if name in allowed else value}" for name, value in EVERY_PAGE.items())
