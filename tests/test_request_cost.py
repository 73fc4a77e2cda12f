"""What a comment costs is watched by a number that no busy machine moves: calls of functions."""

from __future__ import annotations

import itertools
import json

from benchmarks import request_cost
from benchmarks.load import comments

MOST_CALLS = 1_050
"""Of Python functions, for one comment from key to stored verdict: 860 to 930 when this was
written, depending on how often the second is over for which a key is remembered; the echo's is
215."""


def test_a_comment_calls_no_more_functions_than_it_did(tmp_path):
    app, key, _ = request_cost.service(tmp_path)
    feed = (json.dumps(comment).encode() for comment in comments(11))
    request_cost.call(app, "/v1/comments", key, itertools.islice(feed, 60))
    found = request_cost.calls(app, "/v1/comments", key, itertools.islice(feed, 60))
    assert 100 < found < MOST_CALLS
