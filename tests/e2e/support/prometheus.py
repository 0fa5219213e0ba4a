"""A real Prometheus that evaluates given rules: of PATH, or of Debian."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from tests.support.debian_tools import environment_with

SECONDS = 60


@contextlib.contextmanager
def prometheus(folder: Path, rules: str) -> Iterator[str]:
    """Its address, while it runs in ``folder`` and evaluates ``rules`` every second; it scrapes nothing."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    config = "global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n"
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    files = ["--config.file=prometheus.yml", f"--storage.tsdb.path={folder / 'data'}"]
    command = ["prometheus", *files, f"--web.listen-address=127.0.0.1:{port}"]
    environment = {**os.environ, **environment_with(prometheus="prometheus")}
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _await(running, url, folder / "log")
            yield url
        finally:
            running.terminate()
            running.wait(SECONDS)


def _await(running: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and running.poll() is None:
        try:
            with urlopen(f"{url}/-/ready", timeout=2) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Prometheus did not start: {log.read_text(errors='replace')[-1000:]}")
