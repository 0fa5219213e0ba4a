"""A file from the internet, hashed while it arrives; proxies and certificates are those that pip takes."""

import functools
import hashlib
import http.client
import os
import ssl
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

from toolchain import cache

CONNECT = 5.0
"""Seconds until a connection stands; where there is no internet, a longer wait would only put off the build."""
SILENCE = 20.0
"""Seconds without a byte after which a transfer is given up."""
CHUNK = 1 << 20
BUNDLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name the authorities to trust; the first that is set counts. OpenSSL itself reads SSL_CERT_FILE."""


class UnavailableError(RuntimeError):
    """A file cannot be had here and now; the message says why, as the end of a sentence."""


class _Connection(http.client.HTTPSConnection):
    """Patient with a server that answers, and not with one that cannot be reached."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(SILENCE)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_Connection, context=_trust()), request)


def _trust() -> ssl.SSLContext:
    named = next(filter(None, map(os.environ.get, BUNDLES)), None)
    if named and Path(named).is_dir():
        return ssl.create_default_context(capath=named)
    return ssl.create_default_context(cafile=named)


def download(url: str, target: Path, title: str) -> str:
    """Write what ``url`` has into ``target``, behind a spinner with the megabytes so far; its hash, ``sha256:...``.

    Raises:
        UnavailableError: the host is not reached or not trusted, has no such file, falls silent or stops half-way.

    """
    try:
        return _download(url, target, title)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # An answer says its status by itself, and hides its reason; what never was an answer has nothing but a reason.
        why = error if isinstance(error, HTTPError) else getattr(error, "reason", error)
        raise UnavailableError(f"{url} is out of reach ({str(why) or type(error).__name__})") from error


def _download(url: str, target: Path, title: str) -> str:
    digest, done = hashlib.sha256(), 0
    # Some hosts refuse the name by which Python introduces itself.
    request = urllib.request.Request(url, headers={"User-Agent": "platform-toolchain"})  # noqa: S310 - https, see File
    opener = urllib.request.build_opener(_Https)
    with (
        cache.console.status(title) as status,
        opener.open(request, timeout=CONNECT) as answer,
        target.open("wb") as file,
    ):
        length = int(answer.headers.get("Content-Length") or 0)
        whole = f" of {length >> 20}" if length else ""
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            status.update(f"{title}  [dim]{done >> 20}{whole} MB")
    if done < length:
        raise ConnectionError(f"it ended after {done} of {length} bytes")
    return f"sha256:{digest.hexdigest()}"
