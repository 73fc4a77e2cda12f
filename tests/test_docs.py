"""What the documents name exists: settings with their defaults, commands, routes, files."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest

from service import logs
from service.app import create_app
from service.cli import commands
from service.policy import RULES
from service.rules import Rules
from service.settings import RateLimit, Settings
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.running import ROOT

DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "benchmarks" / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "DECISIONS.md",
]
PLUG_IN = ROOT / "deploy" / "wordpress" / "saring.php"
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Settings that have no default to compare: the table says in words what happens without them.
IN_WORDS = {"SARING_DATABASE_URL", "SARING_SECRET", "SARING_TRUSTED_PROXIES"}


each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def default_of(name: str) -> str:
    value = {field.name: field.default for field in fields(Settings)}[name]
    if isinstance(value, bool):
        return str(int(value))
    return str(value.count) if isinstance(value, RateLimit) else str(value)


def settings_table() -> dict[str, str]:
    rows = re.findall(r"^\| `(SARING_\w+)` \| ([^|]*) \|", README, re.MULTILINE)
    return {name: default.strip().strip("`") for name, default in rows}


def test_it_works():
    """The settings table is settings.py's, in its order and with its defaults."""
    table = settings_table()
    assert list(table) == [f"SARING_{field.name.upper()}" for field in fields(Settings)]
    told = {name: default for name, default in table.items() if name not in IN_WORDS}
    assert told == {name: default_of(name.removeprefix("SARING_").lower()) for name in told}


@each_document
def test_every_setting_that_is_named_exists(document):
    named = set(re.findall(r"SARING_[A-Z][A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    known = {f"SARING_{field.name.upper()}" for field in fields(Settings)}
    known |= {f"{name}_FILE" for name in known}
    known |= set(re.findall(r"define\( '(SARING_\w+)'", PLUG_IN.read_text(encoding="utf-8")))
    assert named <= known


def code_lines(document: Path) -> list[str]:
    """The lines of code blocks, continued ones joined, comments and prompts taken off."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    inline = re.findall(r"`(saring [^`]+)`", text)
    return [line.strip() for line in [*joined.splitlines(), *inline]]


def saring_commands(document: Path) -> list[list[str]]:
    """Saring as a command, by name or by path; not as a user, an image or a service."""
    calls = [line for line in code_lines(document) if not line.startswith("docker ")]
    found = [re.search(r"(?:^|/)saring ([a-z][^|#;&]*)", line) for line in calls]
    return [shlex.split(match[1]) for match in found if match]


@each_document
def test_every_command_that_is_named_parses(document):
    for words in saring_commands(document):
        command: click.Command = commands
        while isinstance(command, click.Group) and words:
            name, *words = words
            found = command.get_command(click.Context(command), name)
            assert found, f"saring … {name} in {document.name}"
            command = found
        if words and "…" not in words:
            known = [option for param in command.params for option in param.opts]
            named = [word.partition("=")[0] for word in words if word.startswith("--")]
            assert set(named) <= {*known, "--help"}, f"{words} in {document.name}"


def test_the_readme_names_commands():
    """The test above has something to look at."""
    assert any(words[:2] == ["site", "set"] for words in saring_commands(ROOT / "README.md"))


@each_document
def test_every_make_target_that_is_named_exists(document):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z]+)`|^make ([a-z]+)$", text, re.MULTILINE)
    assert {one or other for one, other in named} <= set(targets)


@each_document
def test_every_route_that_is_named_is_served(document, tmp_path):
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"(?:127\.0\.0\.1:8000|`)(?:(GET|POST|PUT|DELETE) )?"
                       r"(/(?:v1/|healthz|readyz|metrics|docs|demo|openapi)[\w/.$<>{}:]*)",
                       text)  # fmt: skip
    settings = Settings(home=tmp_path, database_url="sqlite:///x", secret=SECRET, demo=True)
    app = create_app(settings, scorer=FakeScorer())
    logs.close()
    rules = [*app.url_map.iter_rules()]
    served = {(how, re.sub(r"<[^>]+>", "*", r.rule)) for r in rules for how in ("", *r.methods)}
    for how, path in named:
        pattern = re.sub(r"\$\w+|<[^>]+>|\{[^}]+\}", "*", path.rstrip("."))
        assert (how, pattern.rstrip("/")) in served, f"{how} {path} in {document.name}"


@each_document
def test_every_file_of_ours_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    folders = "benchmarks|deploy|docs|models|service|tests|training"
    named = re.findall(rf"`((?:{folders})/[\w./-]+)`", text)
    if document.parent.name == "benchmarks":
        named += [f"benchmarks/{path}" for path in re.findall(r"`(results/[\w.]+)`", text)]
    assert not [path for path in named if not (ROOT / path).exists()]


@each_document
def test_every_module_that_is_run_exists(document):
    text = document.read_text(encoding="utf-8")
    ran = re.findall(r"python -m ((?:benchmarks|training)[\w.]*)((?: [a-z_]+)*)", text)
    for module, words in ran:
        assert (ROOT / f"{module.replace('.', '/')}.py").exists() or module == "benchmarks"
        for name in words.split() if module == "benchmarks" else ():
            assert (ROOT / "benchmarks" / f"{name}.py").exists(), f"{name} in {document.name}"


@each_document
def test_every_file_that_is_linked_exists(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text) + re.findall(r'src="([^":]+)"', text)
    for link in links:
        assert (document.parent / link).exists(), f"{link} in {document.name}"


def test_every_rule_is_in_its_table_with_its_default():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", text, re.MULTILINE))
    known = {name: _told(value) for name, value in Rules().settings().items()}
    assert told == known


def _told(value):
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) or value else "none"


def test_every_rule_of_the_policy_is_told_in_its_order():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").partition("order of rules")[2]
    named = [name for name in re.findall(r"`([a-z-]+)`", text) if name != "rule"]
    assert named == [rule.name for rule in RULES]
