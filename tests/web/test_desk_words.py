"""Every sentence of the desk is said somewhere, and everything that is named has a name in both."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from service.rules import Rules
from service.scoring.labels import HEADS
from service.web.desk.desk_words import _SAID
from tests.running import ROOT

WEB = ROOT / "service" / "web"
SOURCES = [path for kind in ("*.html", "*.py", "*.js") for path in sorted(WEB.rglob(kind))]
SAYING = "".join(
    path.read_text(encoding="utf-8").partition("\n}\n")[2 if path.name == "desk_words.py" else 0]
    for path in SOURCES
)
# Words whose names are put together: "tab_" ~ tab, f"lang_{name}".
JOINED = {one or other for one, other in re.findall(r'"([a-z]+_)" ~|f"([a-z]+_)\{', SAYING)}
RULES = {field.name for field in fields(Rules)}


@pytest.mark.parametrize("word", sorted(_SAID))
def test_every_word_is_said(word):
    joined = any(word.startswith(beginning) for beginning in JOINED)
    assert joined or word in RULES or re.search(rf"[\"']{word}[\"']", SAYING)


def test_every_head_has_a_name():
    assert {f"head_{head}" for head in HEADS} <= set(_SAID)
