"""The service as its doors see it, on a real database: what the state machine drives."""

from __future__ import annotations

from pathlib import Path

from service import upkeep
from service.access import Access
from service.comments import Arrival, Case, Site
from service.complaints import Complaints
from service.desk.doings import Doings
from service.desk.figures import Dashboard
from service.desk.queue import Queue
from service.desk.tallies import Tallies
from service.forgotten import Ledger
from service.moderation import Moderation
from service.newsreel import Newsreel
from service.reports import Reports
from service.retention import Bands
from service.review import Review
from service.rulebook import Rulebook
from service.storage.engine import Database
from tests.conftest import SECRET, Clock
from tests.doubles import FakeScorer
from tests.test_company_of_comments import Silence

SITES = ("kabar", "lain")
RULES = {"author_per_minute": 0, "network_per_minute": 0, "wave_from": 3}
"""Floods would only refuse; small waves let few steps reach them."""

# Copies differ in a number only, so that their sketches are the same and no chance decides.
LONG = (
    "Semoga warga kampung sebelah segera mendapat bantuan dari pemerintah daerah nomor {}",
    "kamu semua bodoh sekali karena percaya pada janji para pejabat kota itu {}",
    "Awalnya coba obat mujarab ini ternyata badan langsung segar bugar setiap pagi {}",
)
SHORT = (
    "Terima kasih {}",
    "dasar bodoh {}",
    "jual obat {}",
    "apa ??? {}",
    "tanya orang{}@example.com di 203.0.113.{}",
    "saring-test-hold",
)
PEOPLE = ("ani", "budi", "citra", "dewi", "")


class House:
    """Everything that acts on one installation, with a clock that is set and a chance that is."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database, self.clock, self.chance = database, Clock(), 1.0
        self.access = Access(database, SECRET, self.clock)
        for name in SITES:
            self.access.add_site(name)
        self.moderation = Moderation(
            database, FakeScorer(), SECRET, self.clock, Silence(), lambda: self.chance
        )
        self.review = Review(database, self.clock)
        self.rulebook = Rulebook(database, lambda: self.moderation.scorer, self.clock)
        for name in SITES:
            self.rulebook.change(name, "test", RULES)
        self.reports = Reports(database, self.moderation, SECRET, self.clock)
        self.complaints = Complaints(database, self.clock)
        self.queue, self.newsreel = Queue(database, self.clock), Newsreel(database)
        self.dashboard = Dashboard(database, self.clock)
        self.tallies = Tallies(database, self.clock)
        self.doings, self.bands = Doings(database, self.clock), Bands(database, self.clock)
        self.ledger = Ledger(home, SECRET)

    def site(self, name: str) -> Site:
        """A site with the rules of this moment."""
        return self.access.named_site(name)

    def forget(self, email: str) -> None:
        """What `saring forget` calls."""
        upkeep.forget(self.database, SECRET, [email], self.ledger)

    def keep_house(self) -> None:
        """What the housekeeper calls in turn."""
        self.moderation.rejudge_held()
        self.bands.sweep()
        self.tallies.catch_up()

    def case(self, name: str, comment_id: str) -> Case:
        """A comment as its site reads it."""
        return self.moderation.case(self.site(name), comment_id)


def arrival(content: str, person: str, permalink: str) -> Arrival:
    """A comment as a door understood it; who has no name has no address either."""
    email = f"{person}@example.com" if person else ""
    return Arrival(content, person or "tamu", email, permalink=permalink, author_ip="198.51.100.7")


def as_stored(content: str) -> str:
    """The text without the two addresses that one of these has."""
    return "tanya [email] di [ip]" if content.startswith("tanya") else content


def family(content: str) -> str:
    """The text that this one is a copy of; empty for a text too short to have copies."""
    return next((text for text in LONG if content.startswith(text[:20])), "")
