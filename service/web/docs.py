"""/openapi.json, and /docs: the same document as a page that needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    render_template,
    send_from_directory,
)
from werkzeug.wrappers import Response as BaseResponse

from service.web import openapi, wording

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def blueprint(version: str, *, demo: bool) -> Blueprint:
    """The routes /, /docs, /openapi.json and the pages' own files."""
    door = Blueprint("docs", __name__)

    @door.get("/")
    def home() -> BaseResponse:
        return redirect("/demo" if demo else "/docs")

    @door.get("/openapi.json")
    def document() -> Response:
        return jsonify(openapi.document(version))

    @door.get("/docs")
    def page() -> Response:
        described = openapi.document(version)
        return html_page(
            "docs.html",
            document=described,
            operations=list(_operations(described)),
            reasons=wording.REASONS,
        )

    @door.get("/static/<path:name>")
    def asset(name: str) -> Response:
        response = send_from_directory("static", name)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    return door


def html_page(template: str, *, runs_script: bool = False, **values: Any) -> Response:
    """A page that may load nothing but this service's own files; a script only where it says so."""
    response = Response(render_template(template, **values), mimetype="text/html")
    policy = _PAGE_POLICY + ("; script-src 'self'; connect-src 'self'" if runs_script else "")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            kinds = operation.get("requestBody", {}).get("content", {})
            taken = [_named(kind["schema"], schemas) for kind in list(kinds.values())[:1]]
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "keyed": bool(operation["security"]),
                "kinds": list(kinds),
                "fields": list(_fields(taken[0])) if taken else [],
                "answers": [
                    (status, answer["description"], list(answer.get("content", {})))
                    for status, answer in operation["responses"].items()
                ],
            }


def _named(reference: Mapping[str, str], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schemas[reference["$ref"].rpartition("/")[2]]
    return found


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, bool, str, str]]:
    required = schema.get("required", ())
    for name, body in schema["properties"].items():
        options = body.get("anyOf", [body])
        limits = [f"≤ {option['maxLength']:,}" for option in options if "maxLength" in option]
        kinds = " or ".join(dict.fromkeys(o.get("type", "") for o in options))
        said = body.get("description") or next((o.get("description", "") for o in options), "")
        yield name, name in required, f"{kinds} {' '.join(limits)}".strip(), said
