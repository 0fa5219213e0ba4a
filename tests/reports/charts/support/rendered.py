"""What each environment's services are, rendered once a process."""

from functools import cache

from reports.charts.render import Rendered, render


@cache
def rendered(environment: str) -> tuple[Rendered, ...]:
    """The objects of an environment."""
    return render(environment)


def of(environment: str, service: str, kind: str) -> Rendered:
    """The one object of that kind of a service."""
    (found,) = [one for one in rendered(environment) if (one.service, one.kind) == (service, kind)]
    return found
