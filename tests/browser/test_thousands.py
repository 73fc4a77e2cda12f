"""A wave of five thousand copies: one card, one key, and back."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import expect
from sqlalchemy import insert, select, update

from service.comments import new_id
from service.storage.tables import comments, waves
from tests.browser.test_desk import press, roll_a_wave

COPIES = 5_000
PATIENCE_MS = 120_000  # two cores that may be shared with much else


def swell(newsroom, of: str) -> None:
    """Let a wave of few grow to five thousand, each with an id and twins of its own."""
    with newsroom.core["database"].begin() as tx:
        row = dict(tx.execute(select(comments).where(comments.c.id == of)).one()._mapping)
        mine = select(comments.c.id).where(comments.c.wave_id == row["wave_id"])
        missing = COPIES - len(tx.execute(mine).all())
        copies = [
            {**row, "id": new_id(), "twin_by_name": -2 * n - 2, "twin_by_author": -2 * n - 1}
            for n in range(missing)
        ]
        tx.execute(insert(comments), copies)
        tx.execute(update(waves).where(waves.c.id == row["wave_id"]).values(size=COPIES))


def verdicts(newsroom) -> Counter[str]:
    with newsroom.core["database"].read() as tx:
        return Counter(tx.execute(select(comments.c.verdict)).scalars())


def test_it_works(newsroom, site):
    swell(newsroom, roll_a_wave(site, 6)[-1])
    page = newsroom.browser()
    expect(page.locator("article.card")).to_have_count(1)
    expect(page.locator(".copies")).to_have_text("5.000 salinan")
    press(page, "g")
    expect(page.locator("article.card")).to_have_class("card wave decided reject")
    expect(page.locator("html")).to_have_attribute("data-unsent", "0", timeout=PATIENCE_MS)
    assert verdicts(newsroom) == {"reject": COPIES}
    press(page, "z")
    expect(page.locator("html")).to_have_attribute("data-unsent", "0", timeout=PATIENCE_MS)
    assert verdicts(newsroom) == {"hold": COPIES}
