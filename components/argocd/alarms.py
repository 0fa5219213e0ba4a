"""When the token with which Argo CD reads its repository needs a person, by what ``lambdas/argocd_token`` measures."""

from types import MappingProxyType
from typing import Final

from components.shared.alarms import MINUTES, Alarm, AlarmTable

NAMESPACE: Final = "NationGraph/ArgoCdToken"
DIMENSION: Final = "Secret"
EVERY_MINUTES: Final = 20
"""How often a token is made, which lives for 60: two may be missed, and the third still comes in time."""
SCHEDULE: Final = f"rate({EVERY_MINUTES} minutes)"

TABLE: Final = AlarmTable(
    namespace=NAMESPACE,
    dimension=DIMENSION,
    rows=MappingProxyType(
        {
            # Silence rings too: of a function that was never run, or does not start, nobody would hear otherwise.
            "stale": Alarm(
                metric="Succeeded",
                statistic="Sum",
                crossing="below",
                threshold=1,
                period_seconds=EVERY_MINUTES * MINUTES,
                periods=2,
                missing="breaching",
                meaning=f"Argo CD has had no new token for {2 * EVERY_MINUTES} minutes, and stops reading after 60",
                runbook="argocd-token",
            ),
        }
    ),
)
