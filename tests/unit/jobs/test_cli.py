"""The command line itself: quick help, and one line for whatever is wrong."""

import resource
import subprocess
import sys
from importlib import import_module

import click
import pytest

from jobs.cli import COMMANDS
from tests.commands import PROGRAM, Fer


def test_help_comes_in_under_0_3_seconds() -> None:
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Of the processor: how busy the machine is besides does not matter.
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from jobs.cli import run_command; run_command(['--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"torch", "numpy", "pydantic", "yaml", "boto3", "pandas", "matplotlib"} & set(loaded)


@pytest.mark.parametrize("stage", ["prepare", "plan", "train-gan", "generate", "assess", "train"])
def test_a_stage_whose_artifact_exists_needs_no_torch(stage: str) -> None:
    code = f"import sys, importlib; importlib.import_module({COMMANDS[stage][0]!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"torch", "boto3", "pandas", "matplotlib", "sklearn"} & set(loaded)


def test_help_lists_every_command(fer: Fer) -> None:
    shown = fer("--help").output
    for name, (_, text) in COMMANDS.items():
        assert f"{name} " in shown
        assert text in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_each_command_says_of_itself(name: str) -> None:
    module, text = COMMANDS[name]
    command = import_module(module).command
    assert isinstance(command, click.Command)
    assert command.name in (name, "command")
    assert command.short_help == text


@pytest.mark.parametrize("arguments", [[], ["export"], ["store"]])
def test_a_command_without_what_it_needs_prints_its_help_as_it_is(fer: Fer, arguments: list[str]) -> None:
    ended = fer(*arguments)
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors == fer(*arguments, "--help").output


def test_the_module_can_be_run_in_place_of_the_program() -> None:
    ended = subprocess.run((sys.executable, "-m", "jobs.cli", "trian"), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "did you mean train?" in ended.stderr


def test_an_unknown_command_is_answered_with_the_nearest(fer: Fer) -> None:
    assert fer("trian").refusal == "fer: no command trian; did you mean train?"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["plan"], "Missing option '--study'"),
        (["plan", "--studdy", "tiny"], "--studdy"),
        (["train", "--study", "tiny", "--classifier", "cnn", "--ratio", "much", "--seed", "0"], "'much'"),
    ],
)
def test_wrong_flags_are_refused_in_one_line(fer: Fer, arguments: list[str], expected: str) -> None:
    refusal = fer(*arguments).refusal
    assert refusal.startswith(f"fer {arguments[0]}: ")
    assert expected in refusal
