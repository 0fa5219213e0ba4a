"""SEC-04: insecure code does not pass, in any folder that is deployed, with this repository's own settings."""

import json
import subprocess
from pathlib import Path

import pytest

from reports.scan import sarif
from reports.scan.scanner import HOUSE
from reports.scan.scanners import BIN, SCANNERS
from tests.reports.scan.support.planted import repository

MADE_UP = "correct-horse-battery"
INSECURE = {
    'subprocess.run(f"ls {name}", shell=True)': "S602",
    'os.system("ls " + name)': "S605",
    "yaml.load(name)": "S506",
    "hashlib.md5(name)": "S324",
    "hashlib.new('sha1', name)": "S324",
    "requests.get(name, verify=False, timeout=1)": "S501",
    "requests.get(name)": "S113",
    "eval(name)": "S307",
    'exec("a = " + name)': "S102",
    "pickle.loads(name)": "S301",
    "marshal.loads(name)": "S302",
    'connection.execute(f"SELECT * FROM a WHERE b = {name}")': "S608",
    'server.bind(("0.0.0.0", 80))': "S104",
    'open("/tmp/it", "w")': "S108",
    "tempfile.mktemp()": "S306",
    "os.chmod(name, 0o777)": "S103",
    "random.choice(name)": "S311",
    "ssl._create_unverified_context()": "S323",
    "xml.etree.ElementTree.parse(name)": "S314",
    "tarfile.open(name).extractall()": "S202",
    "jinja2.Environment(loader=name)": "S701",
    "urllib.request.urlopen(name)": "S310",
    "client.set_missing_host_key_policy(paramiko.AutoAddPolicy)": "S507",
    "telnetlib.Telnet(name)": "S312",
    "app.run(debug=True)": "S201",
    f'password = "{MADE_UP}"': "S105",
    f'connect(password="{MADE_UP}")': "S106",
    "try:\n    name()\nexcept Exception:\n    pass": "S110",
}
IMPORTS = """import hashlib, marshal, os, pickle, random, requests, ssl, subprocess, tarfile, telnetlib, tempfile, yaml
import jinja2, paramiko, urllib.request, xml.etree.ElementTree
from flask import Flask
app = Flask(__name__)
client = paramiko.SSHClient()
name = input()
"""
DEPLOYED = sorted({path.parent.relative_to(HOUSE) for path in HOUSE.glob("*/*.py")} - {Path("tests"), Path(".venv")})


def flagged(folder: Path) -> dict[int, set[str]]:
    """The rules by line, as the hook would find them in a file of this folder."""
    done = subprocess.run(
        [BIN / "ruff", "check", "--output-format", "json", "--stdin-filename", folder / "planted.py", "-"],
        input=IMPORTS + "\n".join(INSECURE),
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    rules: dict[int, set[str]] = {}
    for each in json.loads(done.stdout):
        rules.setdefault(each["location"]["row"], set()).add(each["code"])
    return rules


def missed(rules: dict[int, set[str]]) -> list[str]:
    """The insecure lines that are not flagged by their rule."""
    line, left = IMPORTS.count("\n") + 1, []
    for text, rule in INSECURE.items():
        lines = range(line, line + text.count("\n") + 1)
        if not any(rule in rules.get(each, ()) for each in lines):
            left.append(text)
        line += text.count("\n") + 1
    return left


@pytest.mark.parametrize("folder", [Path(), *DEPLOYED, Path("lambdas/planted")], ids=str)
def test_insecure_code_is_refused(folder: Path) -> None:
    """By the first hook of all, at the line where it stands."""
    left = missed(flagged(folder))
    print(f"ruff: {len(INSECURE) - len(left)} of {len(INSECURE)} insecure patterns caught in {folder}/")
    assert left == []


def test_scan_finds_it_in_another_repository(tmp_path: Path) -> None:
    """With our rules, whatever that repository has switched off for itself."""
    root = repository(tmp_path / "other")
    (root / "ruff.toml").write_text('lint.ignore = ["S"]\n', encoding="utf-8")
    (root / "planted.py").write_text(IMPORTS + "\n".join(INSECURE), encoding="utf-8")
    (scanner,) = [scanner for scanner in SCANNERS if scanner.name == "ruff"]
    done = subprocess.run(
        scanner.call(root, {}).command, cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    findings = sarif.findings(json.loads(done.stdout), root)
    rules: dict[int, set[str]] = {}
    for finding in findings:
        assert finding.path == "planted.py"
        rules.setdefault(finding.line, set()).add(finding.rule)
    assert missed(rules) == []
    assert {rule[0] for found in rules.values() for rule in found} == {"S"}
