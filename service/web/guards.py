"""Who is calling: the site behind the key of a request."""

from __future__ import annotations

from flask import Request

from service.access import Access
from service.comments import Site
from service.errors import Unauthenticated


def site_of(request: Request, access: Access) -> Site:
    """The site whose full key stands in ``Authorization: Bearer KEY``."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("a site key is needed")
    return access.site(key.strip())
