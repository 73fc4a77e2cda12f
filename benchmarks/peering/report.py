"""The peers as tables and a plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

Found = dict[str, Any]
_OURS = ("Saring, the service", "Saring, the scorer")
_ABILITIES = (
    "Indonesian", "abuse", "disguised letters", "says why", "holds for a person", "sees waves",
)  # fmt: skip
_BY_BAYES = "as far as it is taught"
_ABLE = {
    "Saring, the service": ("yes", "yes", "yes", "words with weights", "yes, with a desk", "yes"),
    "Saring, the scorer": ("yes", "yes", "yes", "words with weights", "no", "no"),
    "rspamd": (
        _BY_BAYES, "no", "names mixed alphabets", "symbols with scores", "no: mail is its queue",
        "by hashes that an operator feeds",
    ),
    "SpamAssassin": (
        _BY_BAYES, "no", "no", "rules with points", "no", "no: Razor and Pyzor need the network",
    ),
    "bogofilter": (_BY_BAYES, "no", "no", "words, with -vvv", "says unsure", "no"),
    "fastText": (_BY_BAYES, _BY_BAYES, _BY_BAYES, "no", "no", "no"),
    "alt-profanity-check": ("no", "English only", "no", "no", "no", "no"),
}  # fmt: skip


def table(found: Found) -> str:
    """Speed and what is caught, as Markdown."""
    peers = found["peers"]
    titles = list(dict.fromkeys(title for one in peers.values() for title in one["caught"]))
    head = ["", "a second", "processor µs each", *titles]
    lines = [
        [name, f"{one['per_second']:,}", f"{one['processor_us']:,}",
         *(_caught(one["caught"].get(title)) for title in titles)]
        for name, one in peers.items()
    ]  # fmt: skip
    return _markdown(head, lines)


def write(found: Found, folder: Path) -> None:
    """``peers.md`` and ``peers.svg``."""
    ways = "\n".join(f"- {name}: {one['way']}" for name, one in found["peers"].items())
    able = [[name, *_ABLE[name]] for name in found["peers"]]
    text = (
        "# Peers, side by side\n\nMade by `python -m benchmarks peers`; what is measured "
        "stands in its first lines. One worker or process each, one client, on "
        f"{found['processors']} processors (load {found['load']}). Of what is caught the first "
        "number is the area under the curve, the second recall at one false alarm in a hundred, on "
        f"sets that none of them learnt from. The peers have learnt {found['learnt']:,} of our "
        "training rows, Saring's model all of them. A blank: it judges something else.\n\n"
        f"{table(found)}\n\nAsked by:\n\n{ways}\n\n## What each can and cannot\n\n"
        f"{_markdown(['', *_ABILITIES], able)}\n"
    )
    (folder / "peers.md").write_text(text, encoding="utf-8")
    _plot(found["peers"], folder / "peers.svg")


def _caught(told: dict[str, float] | None) -> str:
    return f"{told['auc']:.3f}, {told['recall']:.0%}" if told else ""


def _markdown(head: list[str], lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


def _plot(peers: Found, path: Path) -> None:
    """Processor time against the share of unseen gambling spam that is caught."""
    title = "gambling spam"
    with mpl.rc_context({"svg.hashsalt": "saring", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        for name, one in peers.items():
            told = peers["Saring, the scorer"] if name in _OURS else one
            if title not in told["caught"]:
                continue
            colour = "#c8553d" if name in _OURS else "#1b6ca8"
            spot = (one["processor_us"], told["caught"][title]["recall"])
            axes.plot(*spot, "o", color=colour)
            axes.annotate(name, spot, xytext=(5, 5), textcoords="offset points")
        axes.set(
            xscale="log", ylim=(0, 1), xlabel="processor µs of one comment, the client's included",
            ylabel="gambling spam caught\nat 1 % false alarms",
        )  # fmt: skip
        axes.grid(alpha=0.25)
        axes.margins(x=0.25)
        figure.savefig(path, format="svg", metadata={"Date": None})
