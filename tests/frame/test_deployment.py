"""docker-compose.yml, Dockerfile, Makefile and .env.example name only what the program knows.

The containers are not started here: every variable, command, path and secret is held against the program.
"""

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from celery.bin.celery import celery as celery_program
from click import Context
from django.core.management import get_commands, load_command_class
from django.urls import resolve
from django.utils.module_loading import import_string
from gunicorn.config import Config

from zhtj import env

from tests.processes import ROOT

pytestmark = pytest.mark.sqlite  # asks no database
# Settled by docker-compose.yml itself, and of no use in a container: the rest of .env reaches the program.
SETTLED = {"DATABASE_URL", "REDIS_URL", "ZHTJ_SECRET_KEY", "ZHTJ_FIELD_KEY", "ZHTJ_MEDIA_ROOT"}
DEVELOPMENT = {"ZHTJ_VAR_DIR", "ZHTJ_STATIC_ROOT", "ZHTJ_DEMO_LOGIN"}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "zhtj"}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
PORT = "8000"


def program_variables() -> set[str]:
    """What the settings read."""
    return set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "zhtj/settings.py").read_text()))


def example_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def instruction(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of our image, health checks included."""
    yield "web", json.loads(instruction("CMD")[0])
    for name, service in OURS.items():
        for said in (service.get("command"), service.get("healthcheck", {}).get("test", [])[1:]):
            if said:
                yield name, said
    (collect,) = (line for line in instruction("RUN") if "manage.py" in line)
    yield "Dockerfile", shlex.split(collect[collect.index("python") :])


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Path in the container → volume or folder."""
    plain = (re.sub(r"\$\{\w+:-(\w+)\}", r"\1", volume) for volume in service.get("volumes", ()))
    return {path: volume for volume, path, *_ in (one.split(":") for one in plain)}


def test_every_variable_is_one_the_program_reads_and_none_of_the_example_is_lost() -> None:
    known, example = program_variables(), example_variables()
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert example == known | (asked - known), "the example tells of each, and of nothing else"
    for service in OURS.values():
        given = {name.removesuffix("_FILE") for name in service["environment"]}
        assert given == (known - DEVELOPMENT) and given >= SETTLED
    image = set(re.findall(r"(ZHTJ_\w+)=", DOCKERFILE))
    assert image <= known


def test_every_command_is_one_of_the_program_with_options_it_takes() -> None:
    seen = []
    for name, words in commands():
        seen.append(f"{name}: {words[0]}")
        if words[:2] == ["python", "manage.py"]:
            app = get_commands()[words[2]]
            command = load_command_class(app, words[2]) if isinstance(app, str) else app
            command.create_parser("manage.py", words[2]).parse_args(words[3:])
        elif words[0] == "celery":
            assert words[1:3] == ["--app", "zhtj.celery"] and import_string("zhtj.celery.app").main == "zhtj"
            part = celery_program.commands[words[3]]
            _, left, _ = part.make_parser(Context(part)).parse_args(words[4:])
            assert left == []
        elif words[0] == "gunicorn":
            said = Config().parser().parse_args(words[1:])
            assert callable(import_string(f"{said.args[0]}.application")) and said.bind == [f"0.0.0.0:{PORT}"]
        else:
            assert words[:2] == ["python", "-c"]
            compile(words[2], name, "exec")
            (address,) = re.findall(rf"http://127\.0\.0\.1:{PORT}(/\w+)", words[2])
            assert resolve(address)
    assert {"web: gunicorn", "web: python", "worker: celery", "beat: celery", "backup: python"} <= set(seen)


def test_what_is_written_lies_in_folders_of_the_program_that_outlive_the_container() -> None:
    (home,) = instruction("WORKDIR")
    (made,) = (line for line in instruction("RUN") if line.startswith("mkdir"))
    folders, owned = (set(part.split()[2:]) for part in made.split(" && "))
    for service in OURS.values():
        there = mounts(service)
        assert there[service["environment"]["ZHTJ_MEDIA_ROOT"]] == "media"
        assert {f"{home}/{folder}" for folder in folders} >= set(there)
        assert all(volume in COMPOSE["volumes"] for volume in there.values())
        assert service["environment"]["ZHTJ_FONT_DIR"] == f"{home}/fonts"
    assert OURS["backup"]["command"][-1] in mounts(OURS["backup"])
    assert owned == {"var", "media", "backups"}, "a new volume belongs to whom the folder of the image does"
    (user,) = instruction("USER")
    assert f"useradd --system --uid 10001 --create-home {user}" in DOCKERFILE
    ports = OURS["web"]["ports"]
    assert instruction("EXPOSE") == [PORT] and [port.split(":")[-1] for port in ports] == [PORT]


def test_the_secrets_made_are_those_handed_over_and_can_be_read_there(tmp_path: Path) -> None:
    make = ["make", "--silent", "-f", str(ROOT / "Makefile"), "secrets"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    declared = {name: tmp_path / secret["file"] for name, secret in COMPOSE["secrets"].items()}
    assert made == declared
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700, "nobody else on this machine"
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.values()} == {0o644}, (
        "user 10001 in the container"
    )
    for service in COMPOSE["services"].values():
        files = {value for name, value in service.get("environment", {}).items() if name.endswith("_FILE")}
        assert files == {f"/run/secrets/{name}" for name in service.get("secrets", ())}
    text = {name: path.read_text().strip() for name, path in made.items()}
    assert min(map(len, text.values())) >= 32 and text["secret_key"] != text["field_key"]
    server = COMPOSE["services"]["postgres"]["environment"]
    database = env.database(text["database_url"])
    assert database["HOST"] in COMPOSE["services"] and database["PASSWORD"] == text["postgres_password"]
    assert (database["NAME"], database["USER"]) == (server["POSTGRES_DB"], server["POSTGRES_USER"])
    before = dict(text)
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    assert {name: path.read_text().strip() for name, path in made.items()} == before, "kept, not made anew"


def test_who_waits_waits_for_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            ends = wait["condition"] == "service_completed_successfully"
            assert services[other]["restart"] == "no" if ends else "healthcheck" in services[other], name
    for service in OURS.values():
        assert re.fullmatch(r"redis://(\w+):6379/0", service["environment"]["REDIS_URL"])[1] in services  # type: ignore[index]
    (probe,) = (words[2] for _, words in commands() if words[:2] == ["python", "-c"])
    asked = []
    monkeypatch.setattr("urllib.request.urlopen", lambda request, timeout: asked.append(request))
    monkeypatch.setitem(os.environ, "ZHTJ_ALLOWED_HOSTS", "zhtj.example.org,localhost")
    exec(probe, {})
    assert asked[0].get_header("Host") == "zhtj.example.org"
