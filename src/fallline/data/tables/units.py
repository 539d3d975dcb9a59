"""Units as they stand below the names of a table: `kg`, `(m/s)`, `°C`."""

from __future__ import annotations

import re

_UNIT_WORDS = (
    "kg|g|mg|µg|ug|t|lb|lbs|oz|km|m|dm|cm|mm|µm|um|nm|in|inch|inches|ft|mi|miles|ha|acres|l|ml|dl|L|mL|gal|"
    "s|sec|ms|min|h|hr|hrs|hours|minutes|seconds|d|day|days|weeks|months|yr|yrs|years|K|C|F|°C|°F|°|deg|degrees|rad|"
    "Pa|hPa|kPa|MPa|bar|mbar|atm|psi|V|mV|kV|A|mA|W|kW|MW|kWh|MWh|J|kJ|cal|kcal|N|kN|Hz|kHz|MHz|GHz|dB|mol|mmol|"
    "ppm|ppb|%|‰|percent|EUR|USD|GBP|CHF|€|\\$|£|mph|knots|rpm|lux|lm|px|bp|kB|MB|GB"
)
_UNIT = re.compile(
    rf"[(\[][^()\[\]]{{1,20}}[)\]]|(1?/)?({_UNIT_WORDS})([²³]|\^?-?\d)?([/*·. ]({_UNIT_WORDS})([²³]|\^?-?\d)?)*"
)


def is_unit(text: str) -> bool:
    """Whether a text is a unit: anything in brackets, or known units with their powers, products and quotients."""
    return _UNIT.fullmatch(text) is not None
