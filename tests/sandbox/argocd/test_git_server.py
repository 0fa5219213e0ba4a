"""The Git server: real clients clone and push, as its own address and as that of the host for which it answers."""

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.argocd import lab
from sandbox.argocd.lab import HOST, Lab

NAME = "company/charts"


def git(folder: Path, *arguments: str, fails: bool = False, **variables: str) -> str:
    """Git without the user's settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **{f"GIT_{role}_{key}": f"a@b.{key.lower()}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")},
        **variables,
    }
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == fails, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A folder with a Git server and one repository with one commit."""
    made = Lab(folder=tmp_path_factory.mktemp("git"))
    bare, work = made.repositories / f"{NAME}.git", made.folder / "work"
    bare.parent.mkdir(parents=True)
    git(made.folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    git(bare, "config", "http.receivepack", "true")
    lab.start_git(made)
    git(made.folder, "clone", "--quiet", f"{made.git}/{NAME}.git", str(work))
    (work / "file").write_text("one\n" * 5000)
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "test: one")
    git(work, "push", "--quiet", "origin", "HEAD:main")
    yield made
    lab.remove(made.folder)
    assert lab.pids(made.folder) == {}


def test_what_is_pushed_is_cloned(served: Lab, tmp_path: Path) -> None:
    """By the address of this machine."""
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"{served.git}/{NAME}.git", "copy")
    assert (tmp_path / "copy" / "file").read_text() == "one\n" * 5000


def test_as_a_proxy_it_is_the_host(served: Lab, tmp_path: Path) -> None:
    """With the folder's certificate; without it no client believes it, and another host is not reached."""
    url = f"https://{HOST}/{NAME}.git"
    certificate = str(served.folder / "argocd" / "git.crt")
    git(tmp_path, "clone", "--quiet", url, "copy", https_proxy=served.git, GIT_SSL_CAINFO=certificate)
    assert (tmp_path / "copy" / "file").exists()
    assert "certificate" in git(tmp_path, "clone", url, "other", fails=True, https_proxy=served.git)
    other = f"https://other.example/{NAME}.git"
    assert "403" in git(tmp_path, "clone", other, "other", fails=True, https_proxy=served.git)


@pytest.mark.parametrize("path", ["company/nothing.git/info/refs?service=git-upload-pack", "../../etc/passwd"])
def test_nothing_else_is_served(served: Lab, path: str) -> None:
    """Neither a repository that is not there, nor a file outside of the folder."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{served.git}/{path}")
    assert refused.value.code >= 400


def test_down_and_up_again_on_the_same_port(served: Lab, tmp_path: Path) -> None:
    """An outage of Git is a refused connection."""
    before = served.git
    lab.stop_git(served.folder)
    git(tmp_path, "ls-remote", f"{before}/{NAME}.git", fails=True)
    lab.start_git(served)
    assert served.git == before
    assert "refs/heads/main" in git(tmp_path, "ls-remote", f"{before}/{NAME}.git")
    lab.start_git(served)
    assert list(lab.pids(served.folder)) == ["git"]
