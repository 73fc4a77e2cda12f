"""Both of a moderator's doors, for tests that must go alike through either."""

from __future__ import annotations

import pytest

from tests.web.desk import ApiDoor, FormDoor, client_of


@pytest.fixture(params=["api", "forms"])
def door(request, app, moderators):
    """Wati's way in: the JSON API, or the desk's forms. ``moderators`` is the module's own."""
    if request.param == "api":
        return ApiDoor(app, moderators.new_token("wati"))
    return FormDoor(app, client_of(app, "wati"))
