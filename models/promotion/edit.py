"""Write freight into the text of ``charts/versions/<environment>.yaml``: one line a service, every other byte kept."""

import re
from collections.abc import Iterable
from typing import Final

from models.promotion.freight import Freight
from models.services.model import Service
from models.versions.model import Version

_SERVICE: Final = re.compile(rb"""^-[ ]*\{[ ]*service:[ ]*(['"]?)([a-z0-9-]+)\1[ ]*,""")
_CHART: Final = re.compile(rb"""(?<=[{, ])(chart:[ ]*)(['"]?)([0-9A-Za-z.-]+)(\2)(?=[ ]*[,}])""")
_IMAGE: Final = re.compile(rb"""(?<=[{, ])(image:[ ]*)(['"]?)(sha256:[0-9a-f]{64})(\2)(?=[ ]*[,}])""")
_MIGRATIONS: Final = re.compile(rb"""(?<=[{, ])(migrations:[ ]*)(['"]?)(sha256:[0-9a-f]{64})(\2)(?=[ ]*[,}])""")
_NO_MIGRATIONS: Final = re.compile(rb"""[ ]*,[ ]*migrations:[ ]*(['"]?)sha256:[0-9a-f]{64}\1(?=[ ]*[,}])""")


class NotOneLineError(ValueError):
    """The service has not exactly one line that could be changed."""


def lines_of(text: bytes) -> dict[str, list[int]]:
    """The numbers of the lines of each service, from 0; comments are no lines of a service."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.split(b"\n")):
        if match := _SERVICE.match(line):
            found.setdefault(match[2].decode(), []).append(number)
    return found


def changed(text: bytes, freights: Iterable[Freight]) -> bytes:
    """The text with each freight in its service's line. Raises ``NotOneLineError`` where there is not exactly one."""
    lines, numbers = text.split(b"\n"), lines_of(text)
    for freight in freights:
        at = numbers.get(freight.service, [])
        if len(at) != 1:
            raise NotOneLineError(f"{freight.service} has {len(at)} lines; a promotion changes one")
        lines[at[0]] = _line(lines[at[0]], freight)
    return b"\n".join(lines)


def _line(line: bytes, freight: Freight) -> bytes:
    """The line with another chart and images; a comment behind it stays."""
    end = line.index(b"}") + 1
    body, rest = line[:end], line[end:]
    values = [(_CHART, freight.chart), (_IMAGE, freight.image)]
    if freight.migrations is None:
        body = _NO_MIGRATIONS.sub(b"", body)
    else:
        values.append((_MIGRATIONS, freight.migrations))
        if b"migrations:" not in body:
            body = body[:-1].rstrip() + f", migrations: {freight.migrations}".encode() + b"}"
    for pattern, value in values:
        found = pattern.findall(body)
        body = pattern.sub(rf"\g<1>\g<2>{value}\g<4>".encode(), body)
        if len(found) != 1:
            raise NotOneLineError(f"the line of {freight.service} cannot be changed; write it as make service does")
    return body + rest


def added(text: bytes, freight: Freight, service: Service) -> bytes:
    """The text with a line for a service that has none, where the order of names puts it."""
    version = Version(
        service=service.name,
        tier=service.tier,
        namespace=service.namespace,
        chart=freight.chart,
        image=freight.image,
        migrations=freight.migrations,
    )
    lines, numbers = text.split(b"\n"), lines_of(text)
    if service.name in numbers:
        raise NotOneLineError(f"{service.name} has a line already")
    later = [at[0] for name, at in numbers.items() if name > service.name]
    end = len(lines) - (1 if lines[-1] == b"" else 0)
    lines.insert(min(later, default=end), version.line().encode())
    return b"\n".join(lines)
