"""The files of deploy/ are what their own tools take, and name only what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from service import __version__
from service.settings import Settings
from tests.proxy import NGINX, configuration
from tests.running import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE, KUBERNETES = DEPLOY / "compose.yaml", DEPLOY / "kubernetes.yaml"
RULES, DASHBOARD = DEPLOY / "prometheus-rules.yaml", DEPLOY / "grafana-dashboard.json"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool; apt has prometheus")


def manifests():
    return list(yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8")))


def ran(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


# Several machines


def test_compose_takes_its_file():
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    ran(checker, "--builtin-schema", "vendor.compose-spec", str(COMPOSE))


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: one["kind"])
def test_kubernetes_takes_its_file(manifest):
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_replicas_of_both_files_are_two():
    composed = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    site = (DEPLOY / "nginx-replicas.conf").read_text(encoding="utf-8")
    named = re.findall(r"^    server ([\w-]+):8000", site, re.MULTILINE)
    assert named == [name for name in composed if name.startswith("saring-")]
    assert len(named) == 2
    [deployment] = [one for one in manifests() if one["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 2


@pytest.mark.parametrize("file", [COMPOSE, KUBERNETES, DEPLOY / "saring.service"], ids=str)
def test_every_setting_exists(file):
    known = {f"SARING_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"\bSARING_[A-Z_]+\b", file.read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in named} <= known


def test_the_image_is_this_release():
    images = set(re.findall(r"image: saring:(\S+)", KUBERNETES.read_text(encoding="utf-8")))
    assert images == {__version__}


def test_no_secret_stands_in_a_file():
    text = COMPOSE.read_text(encoding="utf-8") + KUBERNETES.read_text(encoding="utf-8")
    assert not re.search(r"SARING_SECRET:|SARING_DATABASE_URL:|POSTGRES_PASSWORD:", text)


@pytest.mark.skipif(NGINX is None, reason="no nginx; apt has nginx-light")
def test_nginx_takes_its_files(tmp_path):
    main = str(configuration(tmp_path, 18_999, [18_997, 18_998]))
    ran(NGINX, "-t", "-p", str(tmp_path), "-e", str(tmp_path / "errors"), "-c", main)
    site = (tmp_path / "site.conf").read_text()
    assert site.count("server 127.0.0.1:") == 2
    assert "saring-a" not in site


# Watching


@pytest.fixture
def measured(site):
    """The names of everything that /metrics tells."""
    site.comment()
    site.app.test_client().get("/v1/policy", headers={"Authorization": f"Bearer {'0' * 40}"})
    text = site.app.test_client().get("/metrics").text
    families = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    return {
        name + suffix
        for name, kind in families
        for suffix in (("_bucket", "_count", "_sum") if kind == "histogram" else ("",))
    }


@pytest.mark.parametrize(
    "file", [RULES, DASHBOARD, ROOT / "docs" / "operations.md"], ids=lambda p: p.name
)
def test_every_metric_that_is_named_is_told(measured, file):
    named = set(re.findall(r"\bsaring_[a-z_]+\b", file.read_text(encoding="utf-8")))
    named -= {"saring_secret", "saring_session"}
    bare = {re.sub("_(bucket|count|sum)$", "", name) for name in measured}
    assert named <= measured | bare, named - measured - bare


def test_every_logged_event_is_in_the_guide():
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    logged = re.compile(r"(?:logs\.get\(\)\.(?:info|warning|error)|logs\.crash)\(\s*\"(\w+)\"")
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "service").rglob("*.py"))
    events = set(logged.findall(code))
    assert {"request", "crash", "housekeeping"} <= events
    assert not [event for event in events if f"`{event}`" not in guide]


def test_every_metric_is_in_the_guide(measured):
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = {re.sub("_(bucket|count|sum)$", "", name) for name in measured}
    ours = {name for name in told if name.startswith("saring_") and not name.endswith("_created")}
    assert not [name for name in ours if name not in guide]


@needs_promtool
def test_prometheus_takes_the_alerts():
    ran(PROMTOOL, "check", "rules", str(RULES))


@needs_promtool
def test_alerts_ring_when_they_must_and_not_otherwise(tmp_path):
    """What they say is left out: promtool would compare every word of it."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        del rule["annotations"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    cases = (ROOT / "tests" / "alerts.yaml").read_text(encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(cases.replace("RULES", str(tmp_path / "rules.yaml")))
    ran(PROMTOOL, "test", "rules", str(tmp_path / "cases.yaml"))
    rung = set(re.findall(r"alertname: (\w+), exp_alerts: \[\{", cases))
    assert rung == {rule["alert"] for rule in rules["groups"][0]["rules"]}


@needs_promtool
def test_prometheus_takes_what_the_dashboard_asks(tmp_path):
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(asked) >= len(panels) > 8
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(asked)
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    ran(PROMTOOL, "check", "rules", str(file))
