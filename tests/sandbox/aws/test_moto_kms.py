"""Keys of origin EXTERNAL in the emulated account: they wait for their material, take one, and sign with it."""

import base64
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox.support.cloud import Cloud, Emulator

WRAPPING = {"WrappingAlgorithm": "RSA_AES_KEY_WRAP_SHA_256", "WrappingKeySpec": "RSA_4096"}
SIGNING = {"MessageType": "RAW", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}


def private(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key that somebody brings."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def bring(client: Any, key: str, made: rsa.RSAPrivateKey, **changes: Any) -> None:
    """Wrap it as KMS asks for, and import it."""
    given = client.get_parameters_for_import(KeyId=key, **WRAPPING)
    wrapping = form.load_der_public_key(given["PublicKey"])
    assert isinstance(wrapping, rsa.RSAPublicKey)
    der = made.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    inner = b"k" * 32
    wrapped = wrapping.encrypt(inner, oaep) + keywrap.aes_key_wrap_with_padding(inner, der)
    told = {"KeyId": key, "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": wrapped, **changes}
    client.import_key_material(ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE", **told)


@pytest.fixture
def waiting(cloud: Cloud) -> tuple[Any, str]:
    """A client, and the id of a key without material."""
    return cloud.api.client("kms"), str(cloud.make("externalKey").id)


def refused(code: str, call: Any, **given: Any) -> None:
    """KMS says no, by this code."""
    with pytest.raises(ClientError) as raised:
        call(**given)
    assert raised.value.response["Error"]["Code"] == code


def test_it_waits(waiting: tuple[Any, str]) -> None:
    """Neither enabled nor usable, and nobody can switch it on."""
    client, key = waiting
    shown = client.describe_key(KeyId=key)["KeyMetadata"]
    assert (shown["KeyState"], shown["Enabled"], shown["Origin"]) == ("PendingImport", False, "EXTERNAL")
    for call, given in (
        (client.sign, {"Message": b"x", **SIGNING}),
        (client.get_public_key, {}),
        (client.enable_key, {}),
        (client.disable_key, {}),
    ):
        refused("KMSInvalidStateException", call, KeyId=key, **given)


def test_it_signs_with_what_was_brought(waiting: tuple[Any, str]) -> None:
    """RS256 by the imported key; the same material may be imported again, other material never."""
    client, key = waiting
    made = private()
    bring(client, key, made)
    bring(client, key, made)
    signature = client.sign(KeyId=key, Message=b"text", **SIGNING)["Signature"]
    made.public_key().verify(signature, b"text", padding.PKCS1v15(), hashes.SHA256())
    public = made.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    assert client.get_public_key(KeyId=key)["PublicKey"] == public
    assert client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    with pytest.raises(ClientError, match="takes no other"):
        bring(client, key, private())
    client.disable_key(KeyId=key)
    refused("DisabledException", client.sign, KeyId=key, Message=b"x", **SIGNING)
    client.enable_key(KeyId=key)
    client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    refused("KMSInvalidStateException", client.sign, KeyId=key, Message=b"x", **SIGNING)


def test_what_cannot_be_imported(waiting: tuple[Any, str], cloud: Cloud) -> None:
    """A key of another size, other bytes, another key's token, a wrapping that is not for RSA; a key of KMS's own."""
    client, key = waiting
    with pytest.raises(ClientError, match="IncorrectKeyMaterialException"):
        bring(client, key, private(3072))
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        bring(client, key, private(), EncryptedKeyMaterial=b"x" * 600)
    for token in (b"x", base64.b64encode(b"{}"), b'{"key": "other", "unwraps": ""}'):
        with pytest.raises(ClientError, match="InvalidImportTokenException"):
            bring(client, key, private(), ImportToken=token)
    asked = {"KeyId": key, **WRAPPING}
    refused(
        "ValidationException", client.get_parameters_for_import, **{**asked, "WrappingAlgorithm": "RSAES_OAEP_SHA_1"}
    )
    own = str(cloud.make("otherKey").id)
    refused("UnsupportedOperationException", client.get_parameters_for_import, **{**asked, "KeyId": own})
    symmetric = client.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    refused("UnsupportedOperationException", client.get_parameters_for_import, **{**asked, "KeyId": symmetric})


def test_the_material_comes_back(tmp_path: Path) -> None:
    """A killed account has the key again: the journal unwraps what was imported."""
    emulator = Emulator(tmp_path)

    def client() -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return boto3.client("kms", region_name="eu-central-1", endpoint_url=emulator.start(), **keys)

    first = client()
    key = first.create_key(Origin="EXTERNAL", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    made = private()
    bring(first, key, made)
    emulator.kill()
    signature = client().sign(KeyId=key, Message=b"text", **SIGNING)["Signature"]
    made.public_key().verify(signature, b"text", padding.PKCS1v15(), hashes.SHA256())
    emulator.kill()


def test_what_was_sealed_can_be_opened(tmp_path: Path) -> None:
    """A killed account opens what it sealed before, by the alias too: else a state in it would be lost with it."""
    emulator = Emulator(tmp_path)

    def client() -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return boto3.client("kms", region_name="eu-central-1", endpoint_url=emulator.start(), **keys)

    first = client()
    key = first.create_key()["KeyMetadata"]["KeyId"]
    first.create_alias(AliasName="alias/state", TargetKeyId=key)
    sealed = first.encrypt(KeyId="alias/state", Plaintext=b"data key")["CiphertextBlob"]
    emulator.kill()
    assert client().decrypt(KeyId="alias/state", CiphertextBlob=sealed)["Plaintext"] == b"data key"
    emulator.kill()
