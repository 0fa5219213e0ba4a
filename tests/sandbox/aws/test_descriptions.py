"""AWS's descriptions, as botocore would read them."""

import botocore.session
import pytest
from botocore.loaders import JSONFileLoader, Loader

from sandbox.aws import descriptions


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore as it was, after the test."""
    monkeypatch.setattr(Loader, "FILE_LOADER_CLASS", JSONFileLoader)


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(("service", "kind"), [("ec2", "service-2"), ("s3", "paginators-1"), ("rds", "waiters-2")])
def test_content_is_botocores(service: str, kind: str) -> None:
    """Service, pages and waiters read as by botocore itself, and a second session gets the same object."""
    own = Loader().load_service_model(service, kind)
    descriptions.read_once()
    first, second = (Loader().load_service_model(service, kind) for _ in range(2))
    assert first == own
    assert first is second


@pytest.mark.usefixtures("restored")
def test_what_is_not_compressed_or_not_there() -> None:
    """The regions are a plain file; a description that is nowhere is refused as by botocore."""
    own = botocore.session.Session().get_available_regions("rds")
    descriptions.read_once()
    assert botocore.session.Session().get_available_regions("rds") == own != []
    assert descriptions.Once().load_file("nowhere") is None
