"""Entry point."""

from lambdas.kit.handler import RotationFunction
from lambdas.rotate_postgres import config
from lambdas.rotate_postgres.steps import STEPS, DatabaseRotation

handler = RotationFunction(
    target=config.target,
    rotation=DatabaseRotation,
    steps=STEPS,
    counts={"Repaired": lambda rotation: int(rotation.repaired)},
)
"""What Lambda calls."""
