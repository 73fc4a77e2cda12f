"""Every table that can be taken away: no cell of it is a formula, whoever wrote what is in it."""

from __future__ import annotations

import csv
import io

import pytest

from service.web.desk import charts
from tests.doubles import Site
from tests.test_cli import run
from tests.web.desk import PASSWORD, client_of

__all__ = ["run"]  # a fixture
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMULAS = [f'{start}HYPERLINK("https://x.example")' for start in STARTS]
FORMULAS += [f"{unseen}=1" for unseen in (" ", "\u200b", "\ufeff", "\u00a0", "\u202e")]


def looks_like_a_formula(cell: str) -> bool:
    seen = cell.lstrip(" \u00a0\u200b\ufeff\u202e")
    return cell.startswith(STARTS) or (seen.startswith(STARTS) and not _is_number(cell))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def cells(sheet: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(sheet, newline="")) for cell in row]


@pytest.fixture
def sheets(app, site, run) -> dict[str, str]:
    """Each sheet by where it comes from, with formulas wherever somebody may write."""
    core = app.extensions["saring"]
    core["access"].add_moderator("adi", "admin", PASSWORD)
    named = [Site.added_to(app, text) for text in FORMULAS]
    for text, there in zip(FORMULAS, named, strict=True):
        posted = there.comment(content=f"dasar bodoh {text}")
        complaint = {"comment_id": posted.json["id"], "reason": "other", "detail": text}
        there.post("/v1/complaints", json=complaint)
    desk = client_of(app, "adi")
    names = charts.sheets(core_figures(app), [])
    found = {name: desk.get(f"/dashboard/{name}.csv").text for name in names}
    found["record"] = desk.get("/complaints.csv").text
    found["command"] = run("complaints", "export", "--month", "2026-11")
    key_sites = [
        app.test_client().post(
            "/1.2/key-sites", data={"api_key": there.keys.short_key, "format": "csv"}
        ).text
        for there in named
    ]  # fmt: skip
    found["key-sites"] = "\n".join(key_sites)
    return found


def core_figures(app):
    from service.desk.figures import Dashboard
    from service.web.desk.reader import NEWSROOM

    core = app.extensions["saring"]
    return Dashboard(core["database"], core["access"]._now).figures(NEWSROOM)


def test_no_cell_of_any_sheet_is_a_formula(sheets):
    assert len(sheets) == 11
    for name, sheet in sheets.items():
        assert [cell for cell in cells(sheet) if looks_like_a_formula(cell)] == [], name
    for name in ("record", "command", "key-sites"):
        assert sheets[name].count("HYPERLINK") >= len(STARTS), name  # the words are there
