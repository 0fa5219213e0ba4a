"""Types of values that several files of the catalog hold, and the base of their models."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lib.problems import WrongValueError
from lib.yaml_scalars import plain

NAME: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""What Kubernetes takes for namespaces, services and label values, DNS for labels, and ECR for repositories."""
LONGEST_NAME: Final = 40
"""Kubernetes allows 63; prefixes and suffixes such as an environment's name come on top."""


def _text_to_every_reader(name: str) -> str:
    """A program writes names without quotes; ``on`` and ``null`` would be something else to whoever reads them."""
    try:
        is_text = isinstance(plain(name), str)
    except WrongValueError:
        is_text = False
    if not is_text:
        raise WrongValueError("is no text to readers of YAML", "choose another name")
    return name


Name = Annotated[str, Field(pattern=NAME, min_length=2, max_length=LONGEST_NAME), AfterValidator(_text_to_every_reader)]
Text = Annotated[str, Field(pattern=r"\S", max_length=500)]
Count = Annotated[int, Field(ge=1, strict=True)]
PortNumber = Annotated[int, Field(ge=1, le=65535, strict=True)]
PortName = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9]*(-[a-z0-9]+)*)?$", max_length=15)]
"""RFC 6335 (IANA service name), to which Kubernetes holds the names of ports."""
HttpsUrl = Annotated[str, Field(pattern=r"^https://[a-z0-9][a-z0-9.-]*[a-z0-9](:[0-9]+)?(/\S*)?$", max_length=500)]
Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", max_length=140)]
RunbookPath = Annotated[str, Field(pattern=r"^docs/runbooks/[a-z0-9]+(-[a-z0-9]+)*\.md$")]


class Entry(BaseModel):
    """Frozen, refusing what it does not know; keys are written in camelCase, as in Kubernetes."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)
