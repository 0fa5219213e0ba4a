"""Make ``from pulumi_aws.ec2.vpc import Vpc`` load that module alone.

A package of ``pulumi_aws`` imports every module of its service, 150 of them for EC2, before it lets one be imported:
most of the time of a preview. Here a package runs its own code only when somebody asks it for a name that no module
of it has, as ``pulumi_aws.ec2.Vpc`` does; whoever imports leaf modules never does.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SDK = "pulumi_aws"


class _Package(ModuleType):
    """A package whose own code has not run yet."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and find_spec(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        self.__class__ = ModuleType  # type: ignore[assignment] # from here on it is a package as any other
        loader = self.__loader__
        if isinstance(loader, _Loader):
            loader.run(self)
        return getattr(self, name)


class _Loader(importlib.abc.Loader):
    def __init__(self, real: importlib.abc.Loader) -> None:
        self._real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the import system makes it."""
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""
        module.__class__ = _Package

    def run(self, module: ModuleType) -> None:
        """The package's own code."""
        self._real.exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the services of the SDK as the import system would."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The service's package with a loader that waits; None for everything else."""
        parent, _, name = fullname.rpartition(".")
        if parent != SDK or name.startswith("_"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            return spec
        spec.loader = _Loader(spec.loader)
        return spec


def install() -> None:
    """From now on, for the packages of ``pulumi_aws`` that are not loaded yet; once is enough."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
