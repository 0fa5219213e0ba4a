"""SEC-02 in days: how old a secret may be, and when its age is heard."""

from typing import Final

MAX_DAYS: Final = 90
"""No secret is older. Source: the roadmap, SEC-02."""
LATE_DAYS: Final = 80
"""The age at which a rotation that should have run is an alarm: ten days for somebody to repair it."""
BY_HAND_DAYS: Final = 75
"""The age at which a secret that only a person can change is due: 15 days for it, of which the weekly audit may take
seven."""
