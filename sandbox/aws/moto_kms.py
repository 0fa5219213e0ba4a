"""KMS where moto 5.2.5 differs: keys whose material somebody brings, and what such a key does before it has any.

moto draws a key's material from the operating system: what an account had sealed, it could not open once its journal
was run again. Here it comes from the generator that the journal seeds, as every id does.

moto gives every key material of its own. Here a key of origin EXTERNAL waits for its material, as in AWS, and signs
once it has it. Source: KMS developer guide, "Importing key material"; API reference, GetParametersForImport,
ImportKeyMaterial, Sign.
"""

import base64
import json
from typing import Any, Final

WRAPPING: Final = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
ALGORITHM: Final = "RSA_AES_KEY_WRAP_SHA_256"
"""The one for RSA keys. Material of symmetric keys is wrapped otherwise, which is refused here."""
LIFETIME: Final = 24 * 3600


def _error(code: str, message: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415 - moto is slow to import

    made: Exception = JsonRESTError(code, message)
    return made


def _create_key(original: Any) -> Any:
    def create(self: Any, *args: Any, **more: Any) -> Any:
        key = original(self, *args, **more)
        if key.origin == "EXTERNAL":
            key.key_state, key.enabled, key.private_key, key.key_material = "PendingImport", False, None, b""
        return key

    return create


def _master_key() -> bytes:
    from moto.kms.utils import MASTER_KEY_LEN  # noqa: PLC0415 - moto is slow to import
    from moto.moto_api._internal import mock_random  # noqa: PLC0415

    return mock_random.getrandbits(8 * MASTER_KEY_LEN).to_bytes(MASTER_KEY_LEN, "big")


def _usable(original: Any, verb: str) -> Any:
    def used(self: Any, key_id: str, *args: Any, **more: Any) -> Any:
        key = self.describe_key(key_id)
        if key.key_state == "Disabled":
            raise _error("DisabledException", f"{key.arn} is disabled.")
        if key.key_state != "Enabled":
            words = {"PendingImport": "pending import", "PendingDeletion": "pending deletion"}
            state = words.get(key.key_state, key.key_state)
            raise _error("KMSInvalidStateException", f"{key.arn} is {state}.")
        return original(self, key_id, *args, **more)

    used.__name__ = verb
    return used


def _switch(original: Any) -> Any:
    def switch(self: Any, key_id: str) -> None:
        key = self.keys[self.get_key_id(key_id)]
        if key.key_state == "PendingImport":
            raise _error("KMSInvalidStateException", f"{key.arn} is pending import.")
        original(self, key_id)

    return switch


def _external(self: Any) -> Any:
    key = self.kms_backend.describe_key(self._get_param("KeyId"))
    if key.origin != "EXTERNAL":
        raise _error("UnsupportedOperationException", f"{key.arn} origin is {key.origin} which is not valid for this.")
    if not key.key_spec.startswith("RSA_"):
        raise _error("UnsupportedOperationException", "the sandbox imports RSA keys alone: sandbox/aws/moto_kms.py")
    return key


def _get_parameters_for_import(self: Any) -> str:
    """A public key that wraps, and a token that holds the private one: so a journal that is run again unwraps too."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from moto.core.utils import unix_time  # noqa: PLC0415

    key, spec = _external(self), self._get_param("WrappingKeySpec")
    if self._get_param("WrappingAlgorithm") != ALGORITHM or spec not in WRAPPING:
        raise _error("ValidationException", f"RSA keys are wrapped by {ALGORITHM}, with a key of {', '.join(WRAPPING)}")
    private = rsa.generate_private_key(public_exponent=65537, key_size=WRAPPING[spec])
    public = private.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    kept = private.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    token = json.dumps({"key": key.id, "unwraps": base64.b64encode(kept).decode()})
    return json.dumps(
        {
            "KeyId": key.arn,
            "PublicKey": base64.b64encode(public).decode(),
            "ImportToken": base64.b64encode(token.encode()).decode(),
            "ParametersValidTo": unix_time() + LIFETIME,
        }
    )


def _unwrapped(token: dict[str, Any], wrapped: bytes) -> Any:
    """The RSA private key, which was wrapped by an AES key, which was wrapped by the RSA key of the token."""
    from cryptography.hazmat.primitives import hashes, keywrap  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415

    wrapping: Any = load_der_private_key(base64.b64decode(token["unwraps"]), None)
    size = wrapping.key_size // 8
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    try:
        inner = wrapping.decrypt(wrapped[:size], oaep)
        made: Any = load_der_private_key(keywrap.aes_key_unwrap_with_padding(inner, wrapped[size:]), None)
    except (ValueError, TypeError, keywrap.InvalidUnwrap):
        made = None
    if not isinstance(made, rsa.RSAPrivateKey):
        raise _error("InvalidCiphertextException", "the key material is not wrapped as it must be, or no PKCS #8 key")
    return made


def _import_key_material(self: Any) -> str:
    from moto.kms.utils import RSAPrivateKey  # noqa: PLC0415

    key = _external(self)
    try:
        token = json.loads(base64.b64decode(self._get_param("ImportToken")))
        known = token["key"] == key.id
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise _error("InvalidImportTokenException", "the import token is of another key")
    made = _unwrapped(token, base64.b64decode(self._get_param("EncryptedKeyMaterial")))
    if f"RSA_{made.key_size}" != key.key_spec:
        raise _error("IncorrectKeyMaterialException", f"{key.arn} takes a key of {key.key_spec}")
    if key.private_key is not None and key.private_key.private_key.private_numbers() != made.private_numbers():
        raise _error("IncorrectKeyMaterialException", f"{key.arn} has other material, and takes no other")
    holder = RSAPrivateKey.__new__(RSAPrivateKey)  # its constructor would generate one
    holder.key_size, holder.private_key = made.key_size, made
    key.private_key, key.key_state, key.enabled = holder, "Enabled", True
    return json.dumps({"KeyId": key.arn})


def close() -> None:
    """Change moto in this process."""
    from moto.kms import models  # noqa: PLC0415
    from moto.kms.models import KmsBackend  # noqa: PLC0415
    from moto.kms.responses import KmsResponse  # noqa: PLC0415

    changes: list[tuple[Any, str, Any]] = [
        (models, "generate_master_key", _master_key),
        (KmsBackend, "create_key", _create_key(KmsBackend.create_key)),
        *((KmsBackend, verb, _usable(getattr(KmsBackend, verb), verb)) for verb in ("sign", "get_public_key")),
        *((KmsBackend, verb, _switch(getattr(KmsBackend, verb))) for verb in ("enable_key", "disable_key")),
        (KmsResponse, "get_parameters_for_import", _get_parameters_for_import),
        (KmsResponse, "import_key_material", _import_key_material),
    ]
    for target, name, call in changes:
        setattr(target, name, call)
