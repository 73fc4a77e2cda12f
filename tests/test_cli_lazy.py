"""What a command imports: little where it does little, all of it before the service forks."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

from service.cli import COMMANDS
from tests.running import PATIENCE, ROOT, environment

HEAVY = {"alembic", "flask", "joblib", "numpy", "pydantic", "scipy", "sklearn", "sqlalchemy"}
SAYS_WHAT_IT_BROUGHT = """
import json, sys
from service.cli import commands
try:
    commands(sys.argv[1:])
finally:
    print(json.dumps(sorted(sys.modules)))
"""
WHAT_A_REQUEST_IMPORTS = """
import json, sys
from service.app import create_app
from service.cli.installation import installation
here = installation()
keys, _password = here.access.first_start()
client = create_app(here.settings).test_client()
before = set(sys.modules)
said = client.post("/v1/comments", json=json.loads(sys.argv[1]),
                   headers={"Authorization": f"Bearer {keys.key}"})
print(json.dumps([said.json["verdict"], sorted(before), sorted(set(sys.modules) - before)]))
"""
SPAM = {
    "content": "main slot gacor di situs kami",
    "author_name": "Rina",
    "author_email": "rina@example.com",
}


def last_line(code: str, *arguments: str, home, **settings: str):
    """What a fresh Python prints last, read as JSON."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, cwd=ROOT,
                          env=environment(home, settings), capture_output=True, text=True,
                          timeout=PATIENCE)  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name):
    command = COMMANDS[name].command()
    assert command.name == name
    assert COMMANDS[name].line == inspect.cleandoc(command.help or "").splitlines()[0]


@pytest.mark.parametrize("asked", ["--version", "--help"])
def test_help_brings_no_library_of_the_house(asked, tmp_path):
    brought = last_line(SAYS_WHAT_IT_BROUGHT, asked, home=tmp_path)
    assert not HEAVY & set(brought)


def test_a_command_without_a_model_brings_no_scikit_learn(tmp_path):
    brought = last_line(SAYS_WHAT_IT_BROUGHT, "site", "add", "koran", home=tmp_path)
    assert "sqlalchemy" in brought
    assert not {"flask", "joblib", "scipy", "sklearn"} & set(brought)


def test_requests_import_nothing(tmp_path):
    """Workers are forked from a process that has everything, so that they share it."""
    verdict, before, brought = last_line(WHAT_A_REQUEST_IMPORTS, json.dumps(SPAM), home=tmp_path)
    assert verdict in {"hold", "reject"}
    assert set(before) >= HEAVY
    assert [name for name in brought if name.partition(".")[0] in {*HEAVY, "service"}] == []
