"""A candidate judges beside: recorded, compared, never acted on, and never in the way."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest
from sklearn.pipeline import Pipeline
from sqlalchemy import func, select

from service import logs, retention
from service.app import create_app
from service.comments import utc_now
from service.errors import BadArtefact, Conflict
from service.models import promotion, shadow
from service.models.installed import Models
from service.models.shadow import Shadow
from service.settings import Settings
from service.storage.engine import Database
from service.storage.tables import shadow_judgements
from tests.conftest import SECRET, Clock
from tests.doubles import Site
from tests.made import installed, leaning, make
from tests.running import saring
from tests.web.desk import PASSWORD, client_of

RUDE, SLOT, THANKS = "dasar tolol goblok", "main slot gacor maxwin", "terima kasih infonya"


class Newsroom:
    """An installation on a tiny model, with a lenient candidate made here."""

    def __init__(self, settings: Settings, clock: Clock, tiny: Pipeline) -> None:
        self.models = installed(settings.home, tiny, SECRET)
        self.clock = clock
        self.app = create_app(settings, now=clock)
        self.site = Site.added_to(self.app, "berita")
        self.database: Database = self.app.extensions["saring"]["database"]
        self.shadow = Shadow(self.database, self.models, clock)
        make(self.models, "lenient", leaning(tiny, -60.0))

    def begin(self, version: str = "lenient") -> None:
        shadow.choose(self.models, version, "siti", self.clock())

    def say(self, content: str, who: str = "a") -> dict[str, Any]:
        return self.site.comment(
            content=content, author_name=who, author_email=f"{who}@example.com"
        ).json

    def rows(self) -> int:
        with self.database.read() as tx:
            return tx.execute(select(func.count()).select_from(shadow_judgements)).scalar_one()


@pytest.fixture(params=["sqlite", "postgres"])
def newsroom(
    request: pytest.FixtureRequest, settings: Settings, clock: Clock,
    pipeline: Pipeline,
) -> Any:  # fmt: skip
    from dataclasses import replace

    database: Database = request.getfixturevalue(request.param)
    url = database.engine.url.render_as_string(hide_password=False)
    made = Newsroom(replace(settings, database_url=url), clock, pipeline)
    yield made
    made.database.engine.dispose()
    made.database.close()
    logs.close()


def test_it_works(newsroom: Newsroom) -> None:
    newsroom.begin()
    slot, rude, thanks = (newsroom.say(text) for text in (SLOT, RUDE, THANKS))
    assert (slot["verdict"], rude["verdict"], thanks["verdict"]) == ("reject", "hold", "accept")
    assert newsroom.shadow.work() == 3
    found = newsroom.shadow.compare()
    assert found is not None
    assert found.pairs == {
        ("reject", "accept"): 1, ("hold", "accept"): 1, ("accept", "accept"): 1,
    }  # fmt: skip
    assert [one.case.id for one in found.differing] == [slot["id"], rude["id"]]
    assert newsroom.shadow.work() == 0


def test_nothing_is_acted_on(newsroom: Newsroom) -> None:
    newsroom.begin()
    before = newsroom.say(SLOT)
    newsroom.shadow.work()
    after = newsroom.site.get(f"/v1/comments/{before['id']}").json
    assert (after["verdict"], after["model_version"]) == ("reject", "tiny")
    assert newsroom.say(SLOT, "b")["verdict"] == "reject"
    types = [e["type"] for e in newsroom.site.get("/v1/events").json["events"]]
    assert len(types) == 2


def test_what_came_before_it_began_is_left_alone(newsroom: Newsroom) -> None:
    newsroom.say(SLOT)
    newsroom.clock.forward(minutes=5)
    newsroom.begin()
    newsroom.say(THANKS)
    assert newsroom.shadow.work() == 1


def test_without_a_candidate_nothing_is_read(newsroom: Newsroom, monkeypatch: Any) -> None:
    newsroom.say(SLOT)
    monkeypatch.setattr(newsroom.database, "read", lambda: pytest.fail("it read the database"))
    assert newsroom.shadow.work() == 0


def test_off(newsroom: Newsroom) -> None:
    newsroom.begin()
    shadow.end(newsroom.models)
    newsroom.say(SLOT)
    assert newsroom.shadow.work() == 0
    assert newsroom.shadow.compare() is None


@pytest.mark.parametrize("ends", [shadow.end, lambda models: promoted(models, "lenient")])
def test_an_ended_candidate_leaves_memory(newsroom: Newsroom, ends: Any) -> None:
    newsroom.begin()
    newsroom.say(SLOT)
    assert newsroom.shadow.work() == 1
    held = newsroom.shadow._loaded
    assert held is not None
    candidate = weakref.ref(held[1].scorer)
    del held
    ends(newsroom.models)
    newsroom.shadow.work()
    gc.collect()
    assert candidate() is None


def test_in_force_is_no_candidate(newsroom: Newsroom) -> None:
    with pytest.raises(Conflict, match="in force already"):
        newsroom.begin("tiny")


def promoted(models: Models, version: str) -> None:
    promotion.promote(models, version, "siti", utc_now())


def test_once_promoted_it_rests(newsroom: Newsroom) -> None:
    newsroom.begin()
    promoted(newsroom.models, "lenient")
    newsroom.say(SLOT)
    assert newsroom.shadow.work() == 0


def test_a_broken_candidate_is_never_chosen(newsroom: Newsroom) -> None:
    (newsroom.models.made / "lenient" / "signature.json").unlink()
    with pytest.raises(BadArtefact):
        newsroom.begin()
    assert shadow.chosen(newsroom.models) is None


def test_one_that_breaks_later_harms_nobody(newsroom: Newsroom) -> None:
    newsroom.begin()
    (newsroom.models.made / "lenient" / "model.joblib").write_bytes(b"half")
    assert newsroom.say(SLOT)["verdict"] == "reject"
    for housekeeper in newsroom.app.extensions["saring"]["housekeepers"]:
        housekeeper.once()
    assert newsroom.rows() == 0
    assert newsroom.say(THANKS)["verdict"] == "accept"


def test_a_comment_on_which_it_fails_is_recorded_as_held(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.judge import Judge

    def fail(*_: object) -> None:
        raise RuntimeError("a bug that quotes the comment")

    newsroom.begin()
    newsroom.say(THANKS)
    monkeypatch.setattr(Judge, "decide_again", fail)
    assert newsroom.shadow.work() == 1
    found = newsroom.shadow.compare()
    assert found is not None
    assert [(one.candidate, one.rule) for one in found.differing] == [("hold", "failed")]


def test_people_tell_who_was_right(newsroom: Newsroom) -> None:
    newsroom.begin()
    review = newsroom.app.extensions["saring"]["review"]
    site = newsroom.app.extensions["saring"]["access"].named_site("berita")
    for text in (RUDE, SLOT):
        case = newsroom.say(text, text[:3])
        review.rule(site, case["id"], "reject", "budi")
    newsroom.shadow.work()
    found = newsroom.shadow.compare()
    assert found is not None
    assert found.right == (2, 1, 0)


def test_an_edited_comment_is_no_longer_compared(newsroom: Newsroom) -> None:
    newsroom.begin()
    case = newsroom.say(SLOT)
    newsroom.shadow.work()
    body = {"content": THANKS, "author_name": "Budi", "author_email": "a@example.com"}
    changed = newsroom.app.test_client().put(
        f"/v1/comments/{case['id']}", json=body, headers=newsroom.site.key
    )
    assert changed.status_code == 200
    found = newsroom.shadow.compare()
    assert found is not None
    assert found.comments == 0


def test_what_is_erased_is_erased_here_too(newsroom: Newsroom) -> None:
    newsroom.begin()
    first, _ = newsroom.say(SLOT), newsroom.say(RUDE)
    newsroom.shadow.work()
    newsroom.site.delete(f"/v1/comments/{first['id']}")
    assert newsroom.rows() == 1
    newsroom.clock.forward(days=40)
    retention.purge(newsroom.database, 30, newsroom.clock())
    assert newsroom.rows() == 0


def test_only_one_process_of_a_machine_does_it(newsroom: Newsroom) -> None:
    import fcntl

    newsroom.begin()
    newsroom.say(SLOT)
    with (newsroom.models.made / ".shadow-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert newsroom.shadow.work() == 0
    assert newsroom.shadow.work() == 1


def test_the_page(newsroom: Newsroom) -> None:
    newsroom.app.extensions["saring"]["access"].add_moderator("siti", "moderator", PASSWORD)
    client = client_of(newsroom.app, "siti", "en")
    assert "No candidate judges beside" in client.get("/models").text
    newsroom.begin()
    newsroom.say(SLOT)
    newsroom.shadow.work()
    shown = client.get("/models").text
    assert SLOT in shown
    assert "lenient has been judging beside since" in shown
    assert "Where they differ, the gravest first" in shown


@pytest.mark.parametrize("newsroom", ["sqlite"], indirect=True)
def test_the_command(newsroom: Newsroom, settings: Settings) -> None:
    newsroom.database.engine.dispose()
    newsroom.database.close()
    env = {"models_dir": str(settings.models_dir), "secret": SECRET.decode()}

    def run(*arguments: str) -> str:
        done = saring("model", "shadow", *arguments, home=settings.home, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "no candidate" in run()
    assert "lenient judges beside" in run("lenient", "--by", "siti")
    told = json.loads(run("--json"))
    assert (told["version"], told["comments"], told["by"]) == ("lenient", 0, "siti")
    assert "no candidate judges" in run("--off")
