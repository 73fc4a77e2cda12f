"""Run every benchmark here, or those named: each module with a `main()`, in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent


def found() -> list[str]:
    """The names of the modules that measure something."""
    scripts = [path for path in HERE.glob("*.py") if not path.name.startswith("__")]
    return sorted(p.stem for p in scripts if "\ndef main(" in p.read_text(encoding="utf-8"))


def run(name: str) -> bool:
    """Run one of them; whether it went well."""
    print(f"== {name}", flush=True)
    code = f"from benchmarks.{name} import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    print(flush=True)
    return done.returncode == 0


asked = sys.argv[1:] or found()
unknown = set(asked) - set(found())
if unknown:
    sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(found())}")
failed = [name for name in asked if not run(name)]
if failed:
    sys.exit(f"failed: {', '.join(failed)}")
