"""The few stand-ins: scores by word, and a website that posts comments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from flask import Flask
from werkzeug.test import TestResponse

from service.comments import SiteKeys
from service.scoring.scorer import HEADS, Assessment, Explanation, Span, Threshold

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
GOOD = "Semoga perundingan damai ini berhasil."
COMMENT = {"content": GOOD, "author_name": "Budi", "author_email": "budi@example.com"}

WORDS = {"slot": "gambling", "obat": "spam", "bodoh": "toxicity", "bunuh": "threat"}


class FakeScorer:
    """Scores by word, so that a test says in its text which verdict it wants."""

    version = "fake-1"
    metadata = None

    def assess(self, texts: Sequence[str]) -> list[Assessment]:
        return [self._one(text) for text in texts]

    def explain(self, text: str, head: str, *, utf16: bool = False) -> Explanation:
        word = next(word for word, named in WORDS.items() if named == head)
        start = text.find(word)
        return Explanation(head, -4.0, 2.0, (Span(start, start + len(word), 6.0),))

    def explain_each(self, text: str, heads: Sequence[str]) -> list[Explanation]:
        return [self.explain(text, head) for head in heads]

    def thresholds(
        self,
        reject_per_mille: float,
        hold_per_mille: float,
        *,
        toxicity_rejects: bool = False,
        language: str = "",
    ) -> dict[str, Threshold]:
        reject = {"spam", "gambling"} | ({"toxicity", "threat"} if toxicity_rejects else set())
        return {
            head: Threshold(hold=0.5, reject=0.9 if head in reject else None)
            for head in WORDS.values()
        }

    def _one(self, text: str) -> Assessment:
        found = {head for word, head in WORDS.items() if word in text}
        scores = {head: 0.95 if head in found else 0.01 for head in HEADS}
        return Assessment(scores, "id", unsure="???" in text)


class BrokenScorer(FakeScorer):
    """A scorer with a bug whose message quotes the comment."""

    def assess(self, texts: Sequence[str]) -> list[Assessment]:
        raise RuntimeError(f"cannot score {texts}")


@dataclass
class Site:
    """A website: posts with its key, unless told otherwise."""

    app: Flask
    keys: SiteKeys

    @classmethod
    def added_to(cls, app: Flask, name: str) -> Self:
        return cls(app, app.extensions["saring"]["access"].add_site(name))

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys.key}"}

    def post(self, path: str = "/v1/comments", **kwargs: Any) -> TestResponse:
        headers = {**self.key, **kwargs.pop("headers", {})}
        return self.app.test_client().post(path, headers=headers, **kwargs)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.app.test_client().get(path, headers=self.key, **kwargs)

    def delete(self, path: str) -> TestResponse:
        return self.app.test_client().delete(path, headers=self.key)

    def comment(self, **fields: Any) -> TestResponse:
        """Post a good comment with some fields changed; None leaves a field out."""
        headers = fields.pop("headers", {})
        body = {name: value for name, value in {**COMMENT, **fields}.items() if value is not None}
        return self.post(json=body, headers=headers)

    def post_bytes(self, body: bytes, kind: str = JSON, path: str = "/v1/comments") -> TestResponse:
        return self.post(path, data=body, content_type=kind)

    def problem(self, response: TestResponse) -> dict[str, Any]:
        """The problem document of a refusal, which must be one."""
        assert response.mimetype == "application/problem+json", response.data
        return dict(json.loads(response.data))
