"""Entry point."""

from lambdas.kit.handler import RotationFunction
from lambdas.rotate_api_token import config
from lambdas.rotate_api_token.steps import STEPS, TokenRotation

handler = RotationFunction(
    target=config.target,
    rotation=TokenRotation,
    steps=STEPS,
    counts={"Revoked": lambda rotation: rotation.revoked},
)
"""What Lambda calls."""
