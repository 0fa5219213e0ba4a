"""The finders of dangers, one row each. A new capability brings its own: a module, and a row here."""

from collections.abc import Callable, Iterator

from reports.dangers import loss, properties
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger

Find = Callable[[Comparison], Iterator[Danger]]
FINDERS: tuple[Find, ...] = (
    loss.find,
    properties.find,
)
