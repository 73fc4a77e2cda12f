"""The discovery document of the Perspective door, from which Google's clients make themselves."""

from __future__ import annotations

from typing import Any, Final

_STRING: Final = {"type": "string"}
_BOOLEAN: Final = {"type": "boolean"}
_FLOAT: Final = {"type": "number", "format": "float"}
_INTEGER: Final = {"type": "integer", "format": "int32"}
_ABOUT: Final = {
    "key": "The site's key.",
    "alt": "Format of the answer.",
    "fields": "Accepted; everything is answered.",
    "prettyPrint": "Accepted; nothing depends on it.",
    "quotaUser": "Accepted; nothing depends on it.",
}


def document(root: str) -> dict[str, Any]:
    """The document for a service whose public root, with a slash at its end, is this."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "revision": "20261101",
        "title": "Perspective Comment Analyzer API",
        "description": "Scores comments; served by Saring.",
        "protocol": "rest",
        "rootUrl": root,
        "baseUrl": root,
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "parameters": {
            name: {"type": "string", "location": "query", "description": about}
            for name, about in _ABOUT.items()
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment"),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore"),
                }
            }
        },
        "schemas": {name: _schema(name, members) for name, members in _SCHEMAS.items()},
    }


def _method(name: str, message: str) -> dict[str, Any]:
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{message}Request"},
        "response": {"$ref": f"{message}Response"},
    }


def _schema(name: str, members: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": "object", "properties": members}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": name}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _map(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": of}


_COMMON: Final[dict[str, Any]] = {
    "comment": _ref("TextEntry"),
    "context": _ref("Context"),
    "languages": _list(_STRING),
    "communityId": _STRING,
    "clientToken": _STRING,
    "sessionId": _STRING,
}
_SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "AnalyzeCommentRequest": {
        **_COMMON,
        "requestedAttributes": _map(_ref("AttributeParameters")),
        "doNotStore": _BOOLEAN,
        "spanAnnotations": _BOOLEAN,
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _map(_ref("AttributeScores")),
        "languages": _list(_STRING),
        "detectedLanguages": _list(_STRING),
        "clientToken": _STRING,
    },
    "SuggestCommentScoreRequest": {**_COMMON, "attributeScores": _map(_ref("AttributeScores"))},
    "SuggestCommentScoreResponse": {
        "requestedLanguages": _list(_STRING),
        "detectedLanguages": _list(_STRING),
        "clientToken": _STRING,
    },
    "AttributeParameters": {"scoreType": _STRING, "scoreThreshold": _FLOAT},
    "AttributeScores": {
        "summaryScore": _ref("Score"),
        "spanScores": _list(_ref("SpanScore")),
    },
    "Score": {"value": _FLOAT, "type": _STRING},
    "SpanScore": {"begin": _INTEGER, "end": _INTEGER, "score": _ref("Score")},
    "TextEntry": {"text": _STRING, "type": _STRING},
    "Context": {
        "entries": _list(_ref("TextEntry")),
        "articleAndParentComment": _ref("ArticleAndParentComment"),
    },
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
}
