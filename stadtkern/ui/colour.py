"""Colours of a city made readable: contrast by WCAG 2.2, and the nearest shade that reaches it."""

import colorsys


def contrast(first: str, second: str) -> float:
    """Ratio of two colours (`"#rrggbb"`), 1 to 21; AA wants 4.5 for text."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def readable(colour: str, background: str, ratio: float = 4.5) -> str:
    """`colour`, made darker or lighter until it stands out from `background` by `ratio`."""
    darker = _luminance(background) > 0.18
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(colour))
    for _ in range(101):
        found = _hex(colorsys.hls_to_rgb(hue, light, saturation))
        if contrast(found, background) >= ratio:
            return found
        light = max(0.0, light - 0.01) if darker else min(1.0, light + 0.01)
    return "#000000" if darker else "#ffffff"


def ink(background: str) -> str:
    """Black or white, whichever reads better on `background`."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, background))


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `colour` (0 to 1), the rest of `other`."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return _hex(tuple(a * share + b * (1 - share) for a, b in pairs))


def _parts(colour: str) -> tuple[float, float, float]:
    digits = colour.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{colour!r} is not a colour like #0f6a5b")
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
