"""Run every benchmark here, or those named: each module with a `main()`, in its own process.

What each prints is kept in benchmarks/results/NAME.txt, with how long it took and what else the
machine was doing; some write tables and plots there themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results"


def found() -> list[str]:
    """The names of the modules that measure something."""
    scripts = [path for path in HERE.glob("*.py") if not path.name.startswith("__")]
    return sorted(p.stem for p in scripts if "\ndef main(" in p.read_text(encoding="utf-8"))


def run(name: str) -> bool:
    """Run one of them and keep what it says; whether it went well."""
    print(f"== {name}", flush=True)
    code = f"from benchmarks.{name} import main; main()"
    load, began, said = os.getloadavg()[0], time.monotonic(), []
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    took = time.monotonic() - began
    print(f"({took:.0f} s)\n", flush=True)
    good = process.returncode == 0
    if good:
        head = f"python -m benchmarks {name}: {took:.0f} s, load before it {load:.1f}, "
        _keep(name, head + f"{os.cpu_count()} processors\n\n" + "".join(said))
    return good


def _keep(name: str, text: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.txt").write_text(text, encoding="utf-8")


asked = sys.argv[1:] or found()
unknown = set(asked) - set(found())
if unknown:
    sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(found())}")
failed = [name for name in asked if not run(name)]
if failed:
    sys.exit(f"failed: {', '.join(failed)}")
