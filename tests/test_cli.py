"""The command line as people and scripts meet it: a real process, its words and its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from bot import cli, record
from storage import Database, ledger, partnerships
from storage.tables import Partnership
from tests.conftest import Clock

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
BOT = "0f3c1b9e-5a52-4f0e-9d0a-3c1f6f0f7a11"
TEAMS = {
    "MICROSOFT_APP_ID": BOT,
    "MICROSOFT_APP_PASSWORD": "s3cret",
    "MICROSOFT_APP_TENANT_ID": "contoso.onmicrosoft.com",
    "MICROSOFT_LOGIN_URL": "http://127.0.0.1:9/",
    "MICROSOFT_OPENID_URL": "http://127.0.0.1:9/openid",
}

Asked = Callable[..., tuple[int, str, str]]
Bellwether = Callable[..., subprocess.CompletedProcess[str]]
Running = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def surroundings(tmp_path: Path) -> Callable[..., dict[str, object]]:
    """An empty folder and an environment with nothing of this machine's settings in it."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "SYSTEMROOT")}

    def given(settings: dict[str, str]) -> dict[str, object]:
        return {"cwd": tmp_path, "env": kept | {"NO_COLOR": "1", "COLUMNS": "120"} | settings, "text": True}

    return given


@pytest.fixture
def bellwether(surroundings: Callable[..., dict[str, object]]) -> Bellwether:
    """Run a command to its end. Whatever happens, nobody is shown a traceback."""

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], capture_output=True, timeout=60, **surroundings(settings)
        )  # type: ignore[call-overload]
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    return run


@pytest.fixture
def asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run, in this process, a command that ends before it does anything: its exit code, output and errors."""

    def ask(*words: str, **settings: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["bellwether", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return ask


@pytest.fixture
def running(surroundings: Callable[..., dict[str, object]]) -> Iterator[Running]:
    """Start a command that goes on until it is told to stop."""
    started = []

    def start(*words: str, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **surroundings(settings),
        )  # type: ignore[call-overload]
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    """Wait until it says where it listens."""
    said = []
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError("".join(said))


def stops(process: subprocess.Popen[str]) -> str:
    """Tell it to stop; it has ten seconds. Gives what it said last."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=15)
    assert process.returncode == 0, said
    assert time.monotonic() - began < 10
    assert "Traceback" not in said, said
    return said


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("demo",),
        ("run",),
        ("migrate",),
        ("doctor",),
        ("manifest",),
        ("manifest", "slack"),
        ("manifest", "teams"),
        ("export",),
        ("verify",),
        ("outbox",),
        ("outbox", "list"),
        ("outbox", "retry"),
        ("outbox", "drop"),
        ("backup",),
        ("restore",),
    ],
)
def test_every_command_explains_itself(asked: Asked, words: tuple[str, ...]) -> None:
    code, said, _ = asked(*words, "--help")
    assert code == 0
    assert f"Usage: {' '.join(('bellwether', *words))} [OPTIONS]" in said


@pytest.mark.parametrize(
    "words",
    [
        ("dmeo",),
        ("run", "--fast"),
        ("export",),
        ("export", "1", "--format", "doc"),
        ("demo", "--port", "99999"),
        ("manifest", "teams"),
        ("manifest", "teams", "--out", "x.zip", "--url", "bellwether.example.org"),
        ("backup",),
        ("outbox", "send"),
    ],
)
def test_wrong_usage_is_two(asked: Asked, words: tuple[str, ...]) -> None:
    code, _, said = asked(*words)
    assert code == 2
    assert "Usage: bellwether" in said


def test_exit_codes_are_those_of_the_process(bellwether: Bellwether) -> None:
    assert [bellwether(word).returncode for word in ("--help", "dmeo")] == [0, 2]


def test_run_refuses_without_a_platform_and_says_how_to_get_one(bellwether: Bellwether) -> None:
    done = bellwether("run")
    assert done.returncode == 1
    assert done.stderr.startswith("No platform is configured. For Slack set SLACK_BOT_TOKEN")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_SIGNING_SECRET"]),
        ({"SLACK_CLIENT_SECRET": "s"}, ["SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"]),
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s"},
            ["BELLWETHER_PUBLIC_URL", "BELLWETHER_SECRET_KEYS"],
        ),
        ({"MICROSOFT_APP_ID": BOT}, ["MICROSOFT_APP_PASSWORD"]),
        ({"TEAMS_ALLOW_UNAUTHENTICATED": "true", "BELLWETHER_HOST": "0.0.0.0"}, ["TEAMS_ALLOW_UNAUTHENTICATED"]),
    ],
)
def test_run_and_doctor_say_the_same_of_a_half_set_platform(
    bellwether: Bellwether, given: dict[str, str], missing: list[str]
) -> None:
    run, doctor = bellwether("run", **given), bellwether("doctor", **given)
    assert (run.returncode, doctor.returncode) == (1, 1)
    assert [line.split()[0] for line in run.stderr.splitlines()] == missing
    assert doctor.stderr.startswith(run.stderr)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BELLWETHER_PORT", "many"),
        ("BELLWETHER_PORT", "70000"),
        ("BELLWETHER_LOG_FORMAT", "xml"),
        ("BELLWETHER_DATABASE_URL", "bellwether.db"),
        ("BELLWETHER_DATABASE_URL", "mysql://localhost/x"),
        ("BELLWETHER_PUBLIC_URL", "bellwether.example.org"),
        ("BELLWETHER_KEEP_ANSWERS_HOURS", "1"),
        ("BELLWETHER_KEEP_TIMERS_DAYS", "forever"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(asked: Asked, name: str, value: str) -> None:
    code, _, said = asked("run", **SLACK | {name: value})
    assert code == 1
    (line,) = said.splitlines()
    assert line.startswith(f"{name}: ")


def test_a_wrong_key_is_named_and_not_shown(bellwether: Bellwether) -> None:
    done = bellwether("run", **SLACK, BELLWETHER_SECRET_KEYS="too-short")
    assert done.returncode == 1
    assert done.stderr.startswith("BELLWETHER_SECRET_KEYS: ")
    assert "too-short" not in done.stderr


def test_a_database_that_does_not_answer_is_said_in_one_line(bellwether: Bellwether) -> None:
    done = bellwether("migrate", BELLWETHER_DATABASE_URL="postgresql://127.0.0.1:9/none")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "did not answer" in line
    assert "BELLWETHER_DATABASE_URL" in line


def test_run_gets_ready_and_stops_when_told(running: Running, tmp_path: Path) -> None:
    process = running("run", **SLACK, BELLWETHER_PORT="0")
    url = address(process)
    for _ in range(500):
        try:
            with urllib.request.urlopen(f"{url}/readyz") as answer:
                said = answer.read()
                break
        except urllib.error.HTTPError as not_yet:
            said = not_yet.read()
            time.sleep(0.01)
    assert said == b"ready\n"
    stops(process)
    assert (tmp_path / "bellwether.db").exists()


def test_run_says_so_when_its_port_is_taken(running: Running, bellwether: Bellwether) -> None:
    process = running("run", **SLACK, BELLWETHER_PORT="0")
    port = address(process).rpartition(":")[2]
    done = bellwether("run", **SLACK, BELLWETHER_PORT=port, BELLWETHER_DATABASE_URL="sqlite://")
    assert done.returncode == 1
    assert "address already in use" in done.stderr
    stops(process)


def test_the_demo_opens_with_no_settings_and_leaves_nothing_behind(running: Running, tmp_path: Path) -> None:
    process = running("demo", "--port", "0")
    with urllib.request.urlopen(address(process)) as answer:
        assert "Bellwether" in answer.read().decode()
    stops(process)
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_says_what_is_missing_and_what_to_do(bellwether: Bellwether) -> None:
    first = bellwether("doctor")
    assert first.returncode == 1
    platform, database = first.stderr.splitlines()
    assert platform.startswith("No platform is configured.")
    assert database.startswith("There is no database at bellwether.db yet: run `bellwether migrate`")

    assert bellwether("migrate").returncode == 0
    second = bellwether("doctor", **SLACK)
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert line.startswith("Slack did not answer")

    third = bellwether("doctor", **TEAMS)
    assert third.returncode == 1
    token, keys = third.stderr.splitlines()
    assert token.startswith("No token can be fetched for the Teams bot")
    assert "MICROSOFT_OPENID_URL" in keys
    assert "s3cret" not in third.stderr


def test_the_manifest_carries_the_public_url(bellwether: Bellwether) -> None:
    done = bellwether("manifest", "slack", "--url", "https://bell.example.org/")
    assert done.returncode == 0
    assert done.stdout.count('"https://bell.example.org/slack/events"') == 7
    assert "//slack" not in done.stdout


def test_the_package_for_teams_is_of_the_bot_that_is_set_and_carries_the_public_url(
    asked: Asked, tmp_path: Path
) -> None:
    code, said, _ = asked(
        "manifest", "teams", "--out", "app.zip", MICROSOFT_APP_ID=BOT, BELLWETHER_PUBLIC_URL="https://bell.example.org"
    )
    assert (code, said) == (0, f"app.zip holds the Teams app of the bot {BOT}.\n")
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == BOT
    assert manifest["validDomains"] == ["bell.example.org"]


def test_a_package_without_a_public_url_says_so(asked: Asked) -> None:
    code, said, _ = asked("manifest", "teams", "--out", "app.zip", MICROSOFT_APP_ID=BOT)
    assert code == 0
    assert "https://bellwether.example: say --url" in said


def test_a_package_for_no_bot_or_for_one_of_several_is_asked_back(asked: Asked, tmp_path: Path) -> None:
    code, _, said = asked("manifest", "teams", "--out", "app.zip")
    assert code == 2
    assert said.startswith("MICROSOFT_APP_ID is missing")

    (tmp_path / "apps.toml").write_text(
        "".join(
            f"[{tenant}]\napp_id = '{app}'\npassword = 's'\ntenant_id = '{tenant}'\n"
            for tenant, app in (("north", BOT), ("south", BOT.replace("0f3c", "1f3c")))
        )
    )
    code, _, said = asked("manifest", "teams", "--out", "app.zip", MICROSOFT_APPS_FILE="apps.toml")
    assert (code, said) == (2, "There are several registrations: say --tenant with one of north, south.\n")
    assert not (tmp_path / "app.zip").exists()
    code, said, _ = asked("manifest", "teams", "--out", "app.zip", "--tenant", "north", MICROSOFT_APPS_FILE="apps.toml")
    assert code == 0
    assert BOT in said


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A database file with a record in it: an escalation that was acknowledged, in words that try to be more."""
    path = tmp_path / "kept.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    now = Clock()()

    def happen(session: Session) -> None:
        row = Partnership(name="Pilot *line*", purpose="One launch", created_at=now)
        session.add(row)
        session.flush()
        for kind, body in (("escalation.raised", {"words": "=1+1\n# <b>down</b>"}), ("escalation.acknowledged", {})):
            ledger.append(
                session, partnership_id=row.id, at=now, kind=kind, subject="escalation:1", side="a", body=body
            )

    database.run(happen)
    database.close()
    return path


def exported(bellwether: Bellwether, kept: Path, form: str, partnership: str = "1") -> str:
    done = bellwether("export", partnership, "--format", form, BELLWETHER_DATABASE_URL=f"sqlite:///{kept}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_exported_record_verifies_until_somebody_changes_it(bellwether: Bellwether, kept: Path) -> None:
    file = kept.parent / "record.json"
    file.write_text(exported(bellwether, kept, "json", "pilot *line*"))
    whole = bellwether("verify", str(file))
    assert (whole.returncode, whole.stdout) == (0, "The record is whole: 2 events, each bound to the one before.\n")

    record = json.loads(file.read_text())
    record["events"][0]["body"]["words"] = "all is well"
    file.write_text(json.dumps(record))
    changed = bellwether("verify", str(file))
    assert (changed.returncode, changed.stderr) == (1, "event 1: its body is not what was recorded\n")


def test_a_record_whose_end_was_cut_off_does_not_verify(kept: Path) -> None:
    database = Database(f"sqlite:///{kept}")
    whole = json.loads(database.run(record.written, 1, "json"))
    database.close()
    assert record.faults(whole) == []
    assert record.faults({**whole, "events": whole["events"][:1]}) == [
        "the end is missing: the last event here is not the last that was recorded"
    ]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"events": 3}', '{"events": []}', '{"partnership": {"head": ""}, "events": [1]}', "\x00"],
)
def test_what_is_no_record_is_not_taken_for_one(asked: Asked, tmp_path: Path, content: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(content)
    code, _, said = asked("verify", str(file))
    assert code == 1
    assert said.startswith(f"{file} is not an exported record")


def test_a_file_that_is_not_there_is_named(asked: Asked) -> None:
    code, _, said = asked("verify", "nowhere.json")
    assert (code, said) == (1, "[Errno 2] No such file or directory: 'nowhere.json'\n")


def test_what_people_typed_is_text_in_every_form_of_the_record(bellwether: Bellwether, kept: Path) -> None:
    page = exported(bellwether, kept, "md")
    assert page.startswith("# Pilot \\*line\\*\n")
    assert "\\# \\<b\\>down\\</b\\>" in page
    assert "\n## Monday, 2 November 2026\n" in page

    header, first, second = exported(bellwether, kept, "csv").replace("\n# ", " # ").splitlines()
    assert header.startswith("number,at (UTC),event,about")
    assert first.startswith("1,2026-11-02 09:00:00,escalation.raised,escalation,")
    assert second.startswith("2,")


def test_a_spreadsheet_finds_no_formula_in_the_record() -> None:
    assert record._cell("=1+1") == "'=1+1"
    assert record._cell("a=1") == "a=1"


def test_an_unknown_partnership_is_answered_with_those_that_there_are(bellwether: Bellwether, kept: Path) -> None:
    done = bellwether("export", "Apollo", BELLWETHER_DATABASE_URL=f"sqlite:///{kept}")
    assert done.returncode == 1
    assert done.stderr == "There is no partnership Apollo. There are: 1 (Pilot *line*).\n"


def test_partnerships_of_one_name_are_told_apart_by_number(sqlite: Database) -> None:
    def twins(session: Session) -> None:
        session.add_all([Partnership(name="Apollo", created_at=Clock()()) for _ in range(2)])

    sqlite.run(twins)
    assert sqlite.run(partnerships.names) == {1: "Apollo", 2: "Apollo"}
    assert sqlite.run(record.meant, "2") == 2
    with pytest.raises(record.Unknown, match="say the number"):
        sqlite.run(record.meant, "apollo")
