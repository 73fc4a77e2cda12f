"""Imports point one way: the table of the house as a dict, held against every import there is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Room -> the rooms of service/ that it may import. Rooms that compose may import everything.
MAY_IMPORT = {
    "service.comments": {"service.mailboxes", "service.rules"},
    "service.errors": set(),
    "service.events": {"service.comments"},
    "service.mailboxes": {"service.errors"},
    "service.privacy": {"service.comments", "service.mailboxes", "service.veils"},
    "service.veils": set(),
    "service.checks": {
        "service.comments",
        "service.mailboxes",
        "service.rules",
        "service.errors",
        "service.scoring.alphabet",
    },
    "service.policy": {"service.comments", "service.rules"},
    "service.offsets": set(),
    "service.scoring": {"service.errors", "service.offsets"},
    "service.storage": {
        "service.desk.cards",  # the desk's vocabulary: storage hands out its entries
        "service.comments",
        "service.events",
        "service.learnt",
        "service.rules",
        "service.errors",
    },
    "service.access": {
        "service.privacy",  # no address for a name
        "service.signing",
        "service.storage",
        "service.turnstile",
        "service.comments",
        "service.errors",
    },
    "service.signing": set(),
    "service.forgotten": set(),
    "service.turnstile": {"service.errors"},
    # The desk, split by noun: who sits at it, what lies on it, and its own vocabulary.
    "service.desk.cards": {"service.comments"},
    "service.desk.pseudonyms": set(),
    "service.desk.cursors": {"service.comments", "service.storage.queue", "service.errors"},
    "service.desk.signins": {"service.storage", "service.desk.cards", "service.errors"},
    "service.desk.figures": {
        "service.storage",
        "service.desk.tallies",
        "service.rates",
        "service.comments",
    },
    "service.desk.tallies": {"service.storage", "service.errors"},
    "service.desk.queue": {
        "service.checks.folding",  # how a disguised word reads
        "service.privacy",  # what is searched for is masked as what is stored
        "service.storage",
        "service.desk.cards",
        "service.desk.cursors",
        "service.desk.pseudonyms",
        "service.comments",
        "service.errors",
    },
    "service.judge": {
        "service.checks",
        "service.policy",
        "service.rulebook",
        "service.rules",
        "service.scoring.scorer",
        "service.comments",
        "service.errors",
    },
    # The core, split by noun: what comes in, what is edited, what waits and is judged again.
    "service.moderation": {
        "service.counterfactuals",
        "service.edits",
        "service.rejudging",
        "service.judge",
        "service.privacy",
        "service.checks",
        "service.scoring.scorer",
        "service.storage",
        "service.surroundings",
        "service.comments",
        "service.events",
        "service.errors",
    },
    "service.counterfactuals": {
        "service.judge",
        "service.storage",
        "service.surroundings",
        "service.comments",
    },
    "service.edits": {
        "service.checks",
        "service.judge",
        "service.privacy",
        "service.storage",
        "service.surroundings",
        "service.comments",
        "service.events",
        "service.errors",
    },
    "service.rejudging": {
        "service.judge",
        "service.policy",
        "service.scoring.scorer",
        "service.storage",
        "service.comments",
        "service.events",
    },
    # What happened and readers' complaints are two more cores, each behind one door and a command.
    # The way out knows addresses and bytes; webhooks carry the outbox through it.
    "service.outbound": {"service.errors"},
    "service.webhooks": {
        "service.outbound",
        "service.newsreel",
        "service.storage",
        "service.comments",
        "service.errors",
    },
    "service.newsreel": {"service.storage", "service.comments", "service.events"},
    "service.complaints": {
        "service.privacy",
        "service.storage",
        "service.comments",
        "service.events",
        "service.errors",
    },
    "service.web": {
        "service.callers",
        "service.offsets",
        "service.moderation",
        "service.rates",
        "service.review",
        "service.newsreel",
        "service.complaints",
        "service.desk.contradictions",
        "service.desk.doings",
        "service.events",
        "service.reports",
        "service.rulebook",
        "service.rules",
        "service.models.installed",
        "service.models.promotion",
        "service.models.shadow",
        "service.models.drift",
        "service.thresholds",
        "service.access",
        "service.desk.signins",
        "service.desk.queue",
        "service.desk.figures",
        "service.desk.cards",
        "service.comments",
        "service.errors",
    },
    "service.rules": {"service.errors", "service.learnt"},
    "service.learnt": set(),
    "service.bounds": {"service.learnt"},
    "service.thresholds": {
        "service.bounds",
        "service.learnt",
        "service.rulebook",
        "service.scoring.scorer",
        "service.storage",
        "service.comments",
    },
    "service.rates": set(),
    "service.review": {
        "service.privacy",
        "service.rates",
        "service.storage",
        "service.desk.cards",
        "service.comments",
        "service.events",
        "service.errors",
    },
    "service.reports": {
        "service.moderation",
        "service.events",
        "service.privacy",
        "service.storage",
        "service.comments",
    },
    "service.rulebook": {
        "service.privacy",  # no address in a rule, which is shown and exported
        "service.learnt",
        "service.checks",
        "service.policy",
        "service.scoring.scorer",
        "service.storage",
        "service.comments",
        "service.rules",
        "service.errors",
    },
    "service.surroundings": {"service.checks", "service.storage", "service.comments"},
    "service.housekeeping": {"service.logs", "service.errors"},
    # Models on disk: which is in force, how another comes to be, and who follows it.
    "service.models.installed": {
        "service.logs",
        "service.scoring",
        "service.settings",
        "service.errors",
    },
    "service.models.promotion": {"service.models.installed", "service.scoring", "service.errors"},
    "service.models.shadow": {
        "service.judge",
        "service.models.installed",
        "service.rulebook",  # it keeps the limits of models, and with them the models
        "service.scoring.signature",
        "service.storage",
        "service.comments",
        "service.logs",
        "service.errors",
    },
    "service.models.drift": {
        "service.rates",
        "service.scoring.looks",
        "service.scoring.scorer",
        "service.storage",
    },
    "service.models.following": {
        "service.models.installed",
        "service.scoring.scorer",
        "service.logs",
        "service.errors",
    },
    "service.jsonl": set(),
    "service.lines": {
        "service.jsonl",
        "service.checks",
        "service.judge",
        "service.policy",
        "service.privacy",
        "service.rules",
        "service.scoring.scorer",
        "service.comments",
    },
    "service.cluster": {"service.scoring.artefact", "service.errors"},
    "service.metrics": {"service.comments"},
    "service.settings": {"service.errors"},
    "service.logs": set(),
    "service.serving.sharing": set(),
    "service.home": {"service.errors", "service.settings"},
    # A site's past in, its labels out: two more cores, behind commands and learning.
    "service.archives": {"service.jsonl", "service.comments", "service.errors"},
    "service.imports": {
        "service.archives",
        "service.privacy",
        "service.checks",
        "service.judge",  # its word on a text
        "service.policy",
        "service.scoring.scorer",
        "service.storage",
        "service.comments",
    },
    "service.serving.framing": set(),
    "service.serving.wire": {"service.serving.framing"},
    "service.callers": set(),
    "service.turns": set(),
    "service.serving.connection": {"service.callers", "service.serving.wire"},
    "service.serving.reception": {
        "service.serving.connection",
        "service.serving.framing",
        "service.turns",
        "service.serving.wire",
    },
    "service.labels": {"service.checks", "service.storage", "service.comments"},
    "service.retention": {"service.moderation", "service.storage"},  # the former: ANSWERS_KEPT
    "service.desk.doings": {
        "service.storage",
        "service.desk.cards",
        "service.desk.pseudonyms",
        "service.desk.signins",
    },
    "service.desk.contradictions": {"service.labels", "service.storage", "service.comments"},
    # Learning from an installation opens it as a command does, and reads its export of rulings.
    "training": {
        "service.scoring",
        "service.labels",
        "service.models.installed",
        "service.models.promotion",
        "service.cli.crashes",
        "service.cli.installation",
        "service.cluster",
        "service.errors",
    },
    # Rooms of rooms: their doors import nothing; each module has its row above.
    "service.desk": set(),
    "service.serving": set(),
    "service.models": set(),
}
COMPOSE = {
    "service.app",
    "service.vitals",
    "service.wsgi",
    "service.serving.server",
    "service.cli",
    "service.upkeep",
    "service.doctor",
}

LIBRARY_ROOMS = {
    "flask": {"service.web", "service.app", "service.serving.server"},
    "werkzeug": {"service.web", "service.serving.server"},
    "sqlalchemy": {"service.storage"},
    "alembic": {"service.storage"},
    "sklearn": {"service.scoring", "training"},
    "joblib": {"service.scoring.artefact"},
    "distributed": {"service.cluster"},
    "defusedxml": {"service.archives"},
    "pydantic": {"service.web"},
    "prometheus_client": {"service.metrics", "service.serving.server"},
    "structlog": {"service.logs"},
    "email_validator": {"service.web.fields"},
    "argon2": {"service.access", "service.desk.signins"},
    "cryptography": {"service.signing"},
    "itsdangerous": {"service.web"},
    "babel": {"service.web.desk.reader"},
    "urllib3": {"service.outbound"},
    "dask": set(),
}

MODULES = sorted(path for room in ("service", "training") for path in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> list[str]:
    """Every imported module, also those inside functions; ``from a import b`` counts as a.b too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def room_of(module: str) -> str:
    return next(room for room in MAY_IMPORT if within(module, {room}))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    module = name_of(path)
    if module == "service" or within(module, COMPOSE):
        return
    room = room_of(module)
    allowed = MAY_IMPORT[room] | {room, "service.__version__"}
    ours = [name for name in imports_of(path) if within(name, {"service", "training"})]
    broken = [name for name in ours if not within(name, allowed)]
    assert not broken, f"{module} may import {sorted(allowed)} only"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_libraries_have_rooms(path: Path) -> None:
    module = name_of(path)
    for imported in imports_of(path):
        rooms = LIBRARY_ROOMS.get(imported.partition(".")[0])
        assert rooms is None or within(module, rooms), f"{module} imports {imported}"


def test_nothing_is_allowed_that_nobody_needs() -> None:
    """A row that is wider than the house hides the next shortcut."""
    used: dict[str, list[str]] = {room: [] for room in MAY_IMPORT}
    libraries: dict[str, list[str]] = {library: [] for library in LIBRARY_ROOMS}
    for path in MODULES:
        module, imported = name_of(path), imports_of(path)
        for library in libraries.keys() & {name.partition(".")[0] for name in imported}:
            libraries[library].append(module)
        if module != "service" and not within(module, COMPOSE):
            used[room_of(module)] += imported
    idle = [
        (room, other)
        for room, others in MAY_IMPORT.items()
        for other in others
        if not any(within(name, {other}) for name in used[room])
    ]
    idle += [
        (room, library)
        for library, rooms in LIBRARY_ROOMS.items()
        for room in rooms
        if not any(within(module, {room}) for module in libraries[library])
    ]
    assert sorted(idle) == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        name_of(path) for path in MODULES if "os.environ" in path.read_text(encoding="utf-8")
    ]
    # server.py tells prometheus_client its directory, which that library takes from nowhere else
    assert [name for name in readers if name.startswith("service")] == [
        "service.serving.server",
        "service.settings",
    ]


def test_service_never_imports_training() -> None:
    for path in MODULES:
        if name_of(path).startswith("service"):
            assert not [name for name in imports_of(path) if within(name, {"training"})]
