"""Who may speak to a folder's cluster: its own authority, certificates, tokens and kubeconfigs, all random and 0600."""

import base64
import datetime as dt
import ipaddress
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import files

USERS: Mapping[str, tuple[str, str]] = {
    "admin": ("sandbox:admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", ""),
    "kubelet": ("sandbox:kubelet", ""),
}
"""Name of the token's file, user, and group."""
LIFETIME = dt.timedelta(days=825)
NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
CERTIFICATES = ("server", "etcd-client")


def complete(folder: Path) -> bool:
    """Whether everything is there, can be read and is valid for another day."""
    from cryptography import x509  # noqa: PLC0415 - slow to import, and the commands' start is timed
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    try:
        for name in ("authority", *CERTIFICATES):
            found = x509.load_pem_x509_certificate((folder / "pki" / f"{name}.crt").read_bytes())
            if found.not_valid_after_utc < soon:
                return False
        for name in (*CERTIFICATES, "accounts"):
            load_pem_private_key((folder / "pki" / f"{name}.key").read_bytes(), None)
        rows = (folder / "tokens.csv").read_text().splitlines()
        return rows == [_row(name, token(folder, name)) for name in USERS]
    except (OSError, ValueError):
        return False


def _row(name: str, word: str) -> str:
    user, group = USERS[name]
    return f'{word},{user},{name},"{group}"'


def token(folder: Path, name: str) -> str:
    """The secret of a user. OSError where it is not there."""
    word = (folder / "tokens" / name).read_text().strip()
    if len(word) < 32:
        raise ValueError(f"{folder / 'tokens' / name}: too short for a token")
    return word


def make(folder: Path) -> None:
    """Make all of it anew: authority, certificates of API server and etcd, key of service accounts, tokens."""
    from cryptography import x509  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    for path in (folder / "pki", folder / "tokens"):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)

    def named(name: str) -> Any:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    root = ec.generate_private_key(ec.SECP256R1())
    issuer = named("sandbox-kubernetes")

    def builder(name: str, key: Any) -> Any:
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + LIFETIME)
        )

    authority = builder("sandbox-kubernetes", root).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    _certificate(folder, "authority", authority.sign(root, hashes.SHA256()))
    addresses: list[Any] = [x509.DNSName(name) for name in NAMES]
    addresses += [x509.IPAddress(ipaddress.ip_address(ip)) for ip in ("127.0.0.1", "10.96.0.1")]
    for name in CERTIFICATES:
        key = ec.generate_private_key(ec.SECP256R1())
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        leaf = builder(name, key).add_extension(x509.ExtendedKeyUsage(uses), False)
        leaf = leaf.add_extension(x509.SubjectAlternativeName(addresses), False)
        _certificate(folder, name, leaf.sign(root, hashes.SHA256()))
        _key(folder, name, key)
    _key(folder, "accounts", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    words = {name: secrets.token_urlsafe(32) for name in USERS}
    for name, word in words.items():
        files.write(folder / "tokens" / name, word)
    files.write(folder / "tokens.csv", "".join(f"{_row(name, word)}\n" for name, word in words.items()))


def _certificate(folder: Path, name: str, certificate: Any) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - slow to import

    files.write(folder / "pki" / f"{name}.crt", certificate.public_bytes(Encoding.PEM))


def _key(folder: Path, name: str, key: Any) -> None:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - slow to import
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    text = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    files.write(folder / "pki" / f"{name}.key", text)


def authority(folder: Path) -> str:
    """The authority's certificate, PEM in base64, as EKS's DescribeCluster gives it."""
    return base64.b64encode((folder / "pki" / "authority.crt").read_bytes()).decode()


def kubeconfig(folder: Path, name: str, server: str) -> str:
    """A kubeconfig with everything in it, for a user of ``USERS``; JSON, which is YAML."""
    return kubeconfig_of(folder, name, token(folder, name), server, "default")


def kubeconfig_of(folder: Path, name: str, word: str, server: str, namespace: str) -> str:
    """The same for the bearer of any token, whose objects are in ``namespace`` where none is named."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "sandbox", "cluster": {"server": server, "certificate-authority-data": authority(folder)}}
        ],
        "users": [{"name": name, "user": {"token": word}}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": name, "namespace": namespace}}],
        "current-context": "sandbox",
    }
    return json.dumps(content, indent=1) + "\n"


def webhook(url: str) -> str:
    """The kubeconfig of a token webhook, which the API server asks who the bearer of an unknown token is."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "reviewer", "cluster": {"server": url}}],
        "users": [{"name": "api-server", "user": {}}],
        "contexts": [{"name": "webhook", "context": {"cluster": "reviewer", "user": "api-server"}}],
        "current-context": "webhook",
    }
    return json.dumps(content, indent=1) + "\n"
