"""A moderator before either door: the JSON API with a token, or the pages' forms with a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

PASSWORD = "kata sandi yang panjang"


def client_of(app: Flask, name: str, language: str = "id") -> FlaskClient:
    """A browser without scripts, signed in."""
    client = app.test_client()
    page = client.get("/login")
    form = {"name": name, "password": PASSWORD, "csrf": csrf_of(page.text)}
    assert client.post("/login", data=form).status_code == 303
    client.set_cookie("saring_language", language)
    return client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


@dataclass
class ApiDoor:
    """What a program sends."""

    app: Flask
    token: str

    @property
    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def waiting(self, **query: str) -> list[str]:
        answer = self.app.test_client().get("/v1/queue", query_string=query, headers=self._key)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json["items"]]

    def version(self, comment: str) -> int:
        answer = self.app.test_client().get(f"/v1/queue/{comment}", headers=self._key)
        return int(answer.json["version"])

    def rule(self, comment: str, act: str, **more: Any) -> int:
        from service.web.queue_fields import ACTS

        verdict, labels = ACTS[act]
        body = {"verdict": verdict, "labels": list(labels), **more}
        path = f"/v1/queue/{comment}/ruling"
        return self.app.test_client().post(path, json=body, headers=self._key).status_code

    def undo(self, comment: str, ruling_id: str = "") -> int:
        path = f"/v1/queue/{comment}/ruling"
        query = {"ruling_id": ruling_id} if ruling_id else {}
        sent = self.app.test_client().delete(path, query_string=query, headers=self._key)
        return sent.status_code

    def standing(self, comment: str, standing: str) -> int:
        path, body = f"/v1/queue/{comment}/standing", {"standing": standing}
        return self.app.test_client().post(path, json=body, headers=self._key).status_code

    def rule_wave(self, wave: str, verdict: str, batch: str) -> int:
        body = {"wave_id": wave, "verdict": verdict, "batch": batch}
        return self.app.test_client().post("/v1/rulings", json=body, headers=self._key).status_code

    def undo_wave(self, wave: str, batch: str) -> int:
        path = f"/v1/rulings/{batch}?wave_id={wave}"
        return self.app.test_client().delete(path, headers=self._key).status_code


@dataclass
class FormDoor:
    """What a person without JavaScript sends; a form's redirect counts as 200."""

    app: Flask
    client: FlaskClient

    def waiting(self, **query: str) -> list[str]:
        page = self.client.get("/queue", query_string=query)
        assert page.status_code == 200
        return re.findall(r'<article class="card[^>]*data-id="([^"]+)"', page.text)

    def version(self, comment: str) -> int:
        page = self.client.get(f"/queue/{comment}")
        found = re.search(r'data-version="(\d+)"', page.text)
        assert found
        return int(found[1])

    def _send(self, path: str, **fields: Any) -> int:
        fields["csrf"] = csrf_of(self.client.get("/queue").text)
        sent = self.client.post(path, data=fields).status_code
        return 200 if sent == 303 else sent

    def rule(self, comment: str, act: str, **more: Any) -> int:
        return self._send(f"/queue/{comment}/ruling", act=act, **more)

    def undo(self, comment: str, ruling_id: str = "") -> int:
        return self._send(f"/queue/{comment}/undo", ruling_id=ruling_id)

    def standing(self, comment: str, standing: str) -> int:
        return self._send(f"/queue/{comment}/standing", standing=standing)

    def rule_wave(self, wave: str, verdict: str, batch: str) -> int:
        return self._send("/rulings", wave_id=wave, verdict=verdict, batch=batch)

    def undo_wave(self, wave: str, batch: str) -> int:
        return self._send(f"/rulings/{batch}/undo", wave_id=wave)
