"""`saring score`: what each line becomes, in bounded memory, here and on a cluster."""

from __future__ import annotations

import io
import json
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sklearn.pipeline import Pipeline

from service import lines
from service.lines import Bench, batches, judge_lines
from service.rules import Rules
from service.scoring.scorer import Scorer
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.made import installed
from tests.running import COMMAND, PATIENCE, ROOT, environment, saring, until


def told(decision: Any) -> dict[str, Any]:
    reasons = [signal.code for signal in decision.reasons]
    return {"verdict": decision.verdict, "reasons": reasons, "scores": dict(decision.scores)}


def judged(text: str | bytes, rules: Rules | None = None) -> list[dict[str, Any]]:
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    bench = Bench(FakeScorer(), rules or Rules(), told)  # type: ignore[arg-type]
    return [json.loads(line) for b in batches(file) for line in judge_lines(bench, b).lines]


def test_it_works() -> None:
    given = [{"content": "main slot", "id": 1}, {"content": "terima kasih", "tags": ["a"]}]
    slot, thanks = judged("\n".join(json.dumps(one) for one in given))
    assert {"content": "main slot", "id": 1}.items() <= slot.items()
    assert (slot["verdict"], slot["reasons"]) == ("reject", ["GAMBLING"])
    assert slot["scores"]["gambling"] == 0.95
    assert (thanks["verdict"], thanks["reasons"], thanks["tags"]) == ("accept", [], ["a"])


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"nope", "not JSON"),
        (b'{"content": "\xff"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'"text"', "not an object"),
        (b"{}", "a text is required"),
        (b'{"content": 3}', "a text is required"),
        (b'{"content": " "}', "a text is required"),
        (b'{"content": "\\ud800"}', "surrogate"),
        (b'{"content": "damai", "id": "\\ud800"}', "surrogate"),
        (b'{"content": "' + b"x" * 65_526 + b'"}', "longer than 65525 bytes"),
        (b'{"content": "' + b"x" * (1 << 20) + b'"}', "longer than 1048576 bytes"),
    ],
)
def test_a_bad_line(line: bytes, error: str) -> None:
    good = b'{"content": "terima kasih"}'
    first, bad, last = judged(good + b"\n" + line + b"\n" + good)
    assert first["verdict"] == last["verdict"] == "accept"
    assert error in bad["error"]
    assert "verdict" not in bad


def test_a_bad_line_keeps_its_fields_and_an_old_error_goes() -> None:
    bad, good = judged('{"id": 9, "content": ""}\n{"error": "old", "content": "halo"}')
    assert bad["id"] == 9
    assert "error" not in good


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert judged("\n\nnope\n   \nnope")[1]["line"] == 5


def test_links_and_lists_count_too() -> None:
    rules = Rules(banned_words=("ganja",))
    banned, links = judged(
        json.dumps({"content": "jual ganja"})
        + "\n"
        + json.dumps({"content": "lihat http://satu.com/a http://dua.com/b http://tiga.com/c"}),
        rules,
    )
    assert (banned["verdict"], banned["reasons"]) == ("reject", ["BANNED_WORD"])
    assert (links["verdict"], links["reasons"]) == ("hold", ["LINKS"])


def test_no_more_is_read_than_a_batch() -> None:
    file = io.BytesIO(b'{"content": "halo"}\n' * 100_000)
    first = next(batches(file))
    assert len(first) == 200
    assert file.tell() < 5_000
    long = io.BytesIO((b'{"content": "' + b"x" * 600_000 + b'"}\n') * 50)
    assert len(next(batches(long))) == 2


def test_a_line_without_an_end_is_not_kept() -> None:
    (batch,) = batches(io.BytesIO(b"x" * (30 << 20)))
    assert batch == [lines.Line(1, None, 30 << 20)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Path:
    home = tmp_path_factory.mktemp("home")
    installed(home, pipeline, SECRET)
    return home


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    shipped = str(home / "shipped")
    return saring("score", *arguments, home=home, stdin=stdin, models_dir=shipped)


def archive(count: int) -> str:
    texts = ("terima kasih {}", "main slot gacor {}", "you stupid idiot {}")
    rows = ({"content": texts[n % 3].format(n), "id": n} for n in range(count))
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_from_a_file_into_a_file(home: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(archive(500))
    done = run(home, "--input", str(source), "--output", str(target), "--language", "id")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in rows] == list(range(500))
    assert rows[1]["verdict"] == "reject"
    assert rows[1]["reasons"][0].keys() == {"code", "detail", "weight", "threshold", "matches"}
    assert "judi" in rows[1]["reasons"][0]["detail"]
    assert not (home / "saring.db").exists()


def test_bad_lines_are_counted(home: Path) -> None:
    done = run(home, stdin='nope\n{"content": "halo"}\n')
    assert done.returncode == 1
    assert "1 of 2 lines could not be judged" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_by_the_rules_of_a_site(home: Path) -> None:
    shipped = {"home": home, "models_dir": str(home / "shipped")}
    assert saring("site", "add", "berita", **shipped).returncode == 0  # type: ignore[arg-type]
    changed = saring("site", "set", "berita", "banned_words=kucing", **shipped)  # type: ignore[arg-type]
    assert changed.returncode == 0, changed.stderr
    done = run(home, "--site", "berita", stdin='{"content": "jual kucing"}\n')
    assert json.loads(done.stdout)["reasons"][0]["code"] == "BANNED_WORD"
    assert run(home, "--site", "nowhere").returncode == 1


def test_what_cannot_be_opened(home: Path, tmp_path: Path) -> None:
    missing = run(home, "--input", str(tmp_path / "none"))
    assert (missing.returncode, "No such file" in missing.stderr) == (1, True)
    nowhere = run(home, "--output", str(tmp_path / "none" / "out"))
    assert (nowhere.returncode, "No such file" in nowhere.stderr) == (1, True)


def test_no_model(tmp_path: Path) -> None:
    done = saring("score", home=tmp_path, stdin=archive(1), models_dir=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("saring: no model")


def started(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    env = environment(home, {"models_dir": str(home / "shipped")})
    return subprocess.Popen(
        [*COMMAND, "score", *arguments], env=env, cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_an_interruption_leaves_nothing_half_done(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("earlier")
    with started(home, "--output", str(target)) as process:
        assert process.stdin is not None
        process.stdin.write(archive(1000).encode())
        process.stdin.flush()
        part = until(lambda: list(tmp_path.glob(".out.jsonl.*.part")), "it has begun")[0]
        until(lambda: part.stat().st_size, "it has written")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    assert b"interrupted after" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert target.read_text() == "earlier"


def test_a_reader_who_has_seen_enough(home: Path) -> None:
    with started(home) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(archive(300).encode())
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(archive(3000).encode())
            process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_no_such_cluster(home: Path) -> None:
    done = run(home, "--scheduler", "nowhere", stdin=archive(1))
    assert done.returncode == 1
    assert "--scheduler: got 'nowhere'" in done.stderr


def test_a_model_can_be_sent(home: Path) -> None:
    import pickle

    scorer = Scorer.load(home / "shipped")
    again = pickle.loads(pickle.dumps(scorer, protocol=5))
    assert again.assess(["main slot gacor"]) == scorer.assess(["main slot gacor"])
