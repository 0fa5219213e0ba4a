"""The Pod Security Standard "restricted", as labels of a namespace.

Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/.
"""

from typing import Final

VERSION: Final = "v1.34"
"""Of the standard: a newer cluster must not refuse pods that run today."""
RESTRICTED: Final = {
    f"pod-security.kubernetes.io/{mode}{key}": value
    for mode in ("enforce", "audit", "warn")
    for key, value in (("", "restricted"), ("-version", VERSION))
}
"""What breaks it is refused, written to the audit log and told to whoever asks."""
