"""A generator as it is often written: it asks Git for the services, and takes a failure for an empty list."""

import json
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from tests.e2e.argocd.support.repository import NAME, VERSIONS


class NaiveGenerator:
    """Serves Argo CD's plugin protocol (``/api/v1/getparams.execute``) from what ``git clone`` gives."""

    def __init__(self, git: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"output": {"parameters": services(f"{git}/{NAME}.git")}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where Argo CD asks."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


def services(url: str) -> list[dict[str, str]]:
    """The first services of the newest versions; none where Git does not answer, which is the mistake."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["git", "clone", "--quiet", "--depth=1", url, folder]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return []
        path = Path(folder) / VERSIONS
        rows = yaml.safe_load(path.read_text()) if path.exists() else []
        return [{"service": row["service"]} for row in rows[:2]]
