"""What lets people and parts into a cluster is made whole, random, and anew where it is damaged."""

from pathlib import Path

import pytest

from sandbox.kubernetes import identity


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with everything."""
    identity.make(tmp_path)
    return tmp_path


def test_no_two_folders_share_a_token(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """All are random and different."""
    other = tmp_path_factory.mktemp("other")
    identity.make(other)
    words = [identity.token(folder, name) for folder in (home, other) for name in identity.USERS]
    assert len(set(words)) == len(words)
    assert identity.complete(home)


@pytest.mark.parametrize(
    "name", ["pki/server.crt", "pki/accounts.key", "pki/authority.crt", "tokens/admin", "tokens.csv"]
)
@pytest.mark.parametrize("text", [None, "", "garbage"])
def test_damaged_or_gone_is_not_complete(home: Path, name: str, text: str | None) -> None:
    """Any file that is gone, empty or something else."""
    (home / name).unlink() if text is None else (home / name).write_text(text)
    assert not identity.complete(home)


def test_expired_is_not_complete(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that was left alone for years gets new certificates."""
    monkeypatch.setattr(identity, "LIFETIME", -identity.LIFETIME)
    monkeypatch.setattr(identity, "NAMES", ())
    with pytest.raises(ValueError, match="after"):
        identity.make(home)
