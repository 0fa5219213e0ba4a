"""An external dependency as ``catalog/dependencies/<name>.yaml`` describes it."""

from typing import Annotated

from pydantic import Field, StrictBool

from models.fields import Entry, HttpsUrl, Name, PortNumber, Text

Host = Annotated[str, Field(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", max_length=253)]
"""A DNS name in lower case; ``*.`` stands for one label or more. Never an address: those of vendors change."""


class Endpoint(Entry):
    """A host and the TCP port on which it is called."""

    host: Host
    port: PortNumber = 443


class Dependency(Entry):
    """What services need from another company. ``owner`` is the team that holds the contract and watches it.

    ``critical`` says that customers notice at once where it fails: it is on the status page.
    """

    name: Name
    description: Text
    owner: str
    critical: StrictBool
    status_page: HttpsUrl
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1)]
