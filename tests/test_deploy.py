"""The files of deploy/ are what their own tools take, and name only what there is."""

from __future__ import annotations

import ast
import json
import re
import shutil
import ssl
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import fields
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from service import __version__
from service.serving.connection import BODY_SECONDS, HEAD_SECONDS
from service.serving.framing import HEAD_BYTES
from service.settings import Settings
from service.web.native import SCORE_BODY_BYTES
from tests import hostile
from tests.proxy import NGINX, configuration, proxy, running
from tests.running import ROOT, free_port

DEPLOY = ROOT / "deploy"
COMPOSE, KUBERNETES = DEPLOY / "compose.yaml", DEPLOY / "kubernetes.yaml"
RULES, DASHBOARD = DEPLOY / "prometheus-rules.yaml", DEPLOY / "grafana-dashboard.json"
PROMTOOL, SYSTEMD = shutil.which("promtool"), shutil.which("systemd-analyze")
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


@pytest.mark.parametrize("file", [COMPOSE, KUBERNETES, DEPLOY / "saring.env"], ids=lambda p: p.name)
def test_every_setting_exists(file):
    known = {f"SARING_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"\bSARING_[A-Z_]+\b", file.read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in named} <= known


def test_the_unit_and_a_shell_read_the_same_settings():
    """A command that reads others would look at, and purge, another database."""
    unit = (DEPLOY / "saring.service").read_text(encoding="utf-8")
    assert re.findall(r"^Environment.*", unit, re.MULTILINE) == ["EnvironmentFile=/etc/saring.env"]
    shell = ["env", "-i", "sh", "-ac", f". {DEPLOY / 'saring.env'}; env"]
    told = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    read = dict(line.split("=", 1) for line in told.splitlines())
    assert read["SARING_HOME"] == "/var/lib/saring"
    assert Settings.from_env(read).retention_days == 365


@pytest.mark.skipif(SYSTEMD is None, reason="no systemd-analyze; apt has systemd")
def test_systemd_takes_the_unit(tmp_path):
    unit = (DEPLOY / "saring.service").read_text(encoding="utf-8")
    (tmp_path / "saring.service").write_text(
        re.sub("^ExecStart=.*", "ExecStart=/bin/true", unit, flags=re.MULTILINE)
    )
    command = [SYSTEMD, "verify", "--man=no", str(tmp_path / "saring.service")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_ingress_lets_nobody_read_the_metrics():
    """Nor under a longer name: only a prefix stands for both."""
    [ingress] = [one for one in manifests() if one["kind"] == "Ingress"]
    [rule] = ingress["spec"]["rules"]
    kinds = {path["path"]: path["pathType"] for path in rule["http"]["paths"]}
    assert kinds == {"/metrics": "Prefix", "/": "Prefix"}


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


@pytest.fixture
def with_tls(tmp_path) -> Path:
    """The other site, with a certificate of its own and a port that anybody may open."""
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    ran(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-subj", "/CN=saring.example", "-days", "1",
        "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    for there, here in (
        ("/etc/ssl/private/saring.example.key", str(key)),
        ("/etc/ssl/certs/saring.example.pem", str(certificate)),
        ("listen 443 ssl", f"listen 127.0.0.1:{free_port()} ssl"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{free_port()}"),  # nobody
    ):
        assert there in site
        site = site.replace(there, here)
    main = configuration(tmp_path, 18_999, [18_997])
    (tmp_path / "site.conf").write_text(site, encoding="utf-8")
    return main


@pytest.mark.skipif(not (NGINX and shutil.which("openssl")), reason="no nginx or no openssl")
def test_nginx_takes_the_site_with_tls(tmp_path, with_tls):
    ran(NGINX, "-t", "-p", str(tmp_path), "-e", str(tmp_path / "errors"), "-c", str(with_tls))


@pytest.mark.skipif(not (NGINX and shutil.which("openssl")), reason="no nginx or no openssl")
def test_nginx_writes_down_nobody(tmp_path, with_tls):
    """Neither who was refused nor who came while Saring was not there."""
    trusting = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    trusting.check_hostname = False
    port = int(re.findall(r"listen 127.0.0.1:(\d+)", (tmp_path / "site.conf").read_text())[0])
    with running(tmp_path, with_tls):
        for path, status in (("/metrics", 403), ("/v1alpha1/x?key=0123456789ab", 502)):
            with closing(HTTPSConnection("127.0.0.1", port, context=trusting)) as asked:
                asked.request("GET", path)
                assert asked.getresponse().status == status
    said = (tmp_path / "errors").read_bytes() + (tmp_path / "said").read_bytes()
    assert b"127.0.0.1" not in said
    assert b"0123456789ab" not in said


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-replicas.conf"])
def test_the_proxy_and_the_service_agree_on_what_is_too_much(name):
    site = (DEPLOY / name).read_text(encoding="utf-8")
    told = dict(re.findall(r"^    (\w+) ([^;]+);", site, re.MULTILINE))
    assert told["client_max_body_size"] == f"{SCORE_BODY_BYTES >> 20}m"
    assert told["client_header_timeout"] == f"{HEAD_SECONDS:g}s"
    assert told["client_body_timeout"] == told["send_timeout"] == f"{BODY_SECONDS:g}s"
    number, size = told["large_client_header_buffers"].split()
    assert int(number) * int(size.removesuffix("k")) * 1024 <= HEAD_BYTES


@pytest.mark.skipif(NGINX is None, reason="no nginx; apt has nginx-light")
def test_nobody_outside_reads_the_metrics(tmp_path):
    """Whatever Saring would take for that path; a stand-in behind the proxy answers to all."""

    class Anything(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Anything) as behind:
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        with proxy(tmp_path / "proxy", [behind.server_port]) as address:
            port = int(address.rpartition(":")[2])
            assert hostile.statuses(port, [hostile.get("/healthz")], 2) == (204,)
            for path in ("/metrics", "/metrics/", "/metrics%2f", "/%6detrics", "//metrics",
                         "/x/../metrics", "/metrics?x", "/metrics/?x"):  # fmt: skip
                assert hostile.statuses(port, [hostile.get(path)], 2) == (403,), path
        behind.shutdown()


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


def logged():
    """Every event that the code logs: its name, its level, its fields."""
    yield "request", "info", {"method", "route", "status", "ms"}  # test_logs.py holds it to that
    for path in (ROOT / "service").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("logs."):
                how = ast.unparse(call.func).rpartition(".")[2]
                fields = {word.arg for word in call.keywords}
                match how, call.args:
                    case "crash", [ast.Constant(value=event), *_]:
                        yield event, "error", {*fields, "type", "trace"}
                    case "info" | "warning" | "error", [ast.Constant(value=event)]:
                        yield event, how, fields


def test_every_logged_event_is_in_the_guide_with_its_level_and_fields():
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+`[^|]*) \| (info|warning|error) \| (.*) \|$", guide, re.MULTILINE)
    told = {(event, level, field)
            for events, level, fields in rows
            for event in re.findall(r"`(\w+)`", events)
            for field in re.findall(r"`(\w+)`", fields)}  # fmt: skip
    found = {(event, level, field) for event, level, fields in logged() for field in fields}
    assert {event for event, *_ in found} > {"request", "crash", "housekeeping"}
    assert found <= told, found - told
    assert {(event, level) for event, level, _ in told} == {one[:2] for one in found}


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
