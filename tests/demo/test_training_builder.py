"""The application by itself: who it calls, how its users behave, and that it needs no collector."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from support.running import PATIENCE_S
from training_builder import forms, people, provider, recipes
from training_builder.command import parse
from training_builder.stand_in import StandIn
from training_builder.workload import Budget

APPLICATION = Path(__file__).parents[2] / "examples" / "training_builder"


def start(*options: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    return subprocess.Popen(
        [sys.executable, str(APPLICATION), *options],
        env=environment
        | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_makes_as_many_interactions_as_told_without_a_collector_to_reach() -> None:
    application = start("--interactions", "7", "--rate", "6000", "--burst", "5")
    _, said = application.communicate(timeout=PATIENCE_S)
    assert application.returncode == 0
    assert "stopped after 7 interactions" in said


def test_a_signal_stops_it_with_status_0() -> None:
    application = start("--burst", "3")
    assert application.stderr is not None
    for line in application.stderr:
        if "interactions made" in line:
            break
    application.send_signal(signal.SIGTERM)
    assert application.wait(PATIENCE_S) == 0
    application.communicate()


def test_without_key_or_address_it_calls_the_stand_in() -> None:
    chosen = provider.choose({})
    assert "stand-in" in chosen.name
    assert not chosen.costs_money
    assert chosen.client.models.list().data[0].owned_by == "stand-in"
    chosen.close()


def test_with_a_key_it_calls_openai_and_says_that_it_costs() -> None:
    chosen = provider.choose({"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": "https://api.openai.com/v1/"})
    assert str(chosen.client.base_url) == "https://api.openai.com/v1/"
    assert chosen.costs_money
    assert chosen.provokes_timeouts
    assert chosen.model is None


def test_a_compatible_server_is_asked_for_its_first_model_unless_one_is_named() -> None:
    server = StandIn().start()
    named = provider.choose({"OPENAI_BASE_URL": server.base_url, "SPANMART_DEMO_MODEL": "mine"})
    asked = provider.choose({"OPENAI_BASE_URL": server.base_url})
    server.stop()
    assert named.model == "mine"
    assert asked.model == "gpt-4"
    assert not asked.has_all_apis


@pytest.mark.parametrize(
    "arguments", [["--burst", "0"], ["--rate", "0"], ["--rate", "nan"], ["--workers", "x"]]
)
def test_a_wrong_option_ends_with_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_some_forms_lack_a_field_that_a_prompt_requires_and_say_so() -> None:
    filled = [forms.fill_in(random.Random(seed), whole=seed % 2 == 0) for seed in range(200)]
    required = {
        name
        for versions in vars(recipes).values()
        if isinstance(versions, dict)
        for recipe in versions.values()
        if hasattr(recipe, "prompt")
        for name in recipe.prompt.required
    }
    for form in filled:
        lacking = [name for name in required - {"section"} if not form.fields.get(name)]
        assert bool(lacking) is not form.whole
    assert {"absent", "empty"} == {
        "empty" if name in form.fields else "absent"
        for form in filled
        for name in required - {"section"}
        if not form.fields.get(name)
    }


def test_a_pasted_manual_is_too_long_for_an_8k_model(client: OpenAI) -> None:
    manual = forms.pasted_manual(forms.fill_in(random.Random(1), whole=True))
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": manual}])
    assert raised.value.code == "context_length_exceeded"


def test_a_user_always_has_the_same_version_and_both_versions_have_users() -> None:
    versions = [user.version_of(["2", "3"]) for user in people.USERS]
    assert versions == [user.version_of(["2", "3"]) for user in people.USERS]
    assert set(versions) == {"2", "3"}


def test_somebody_with_the_older_content_prompt_pastes_manuals() -> None:
    versions = list(recipes.CONTENT)
    assert any(user.pastes_manuals and user.version_of(versions) == versions[0] for user in people.USERS)


def test_newer_versions_and_whole_forms_are_kept_more_often() -> None:
    def kept(version: str, flaws: int) -> int:
        rng = random.Random(4)
        reactions = [
            people.react(rng, people.USERS[0], version, "A text. And more.", flaws) for _ in range(2_000)
        ]
        return sum(reaction is not None and reaction.label == "accepted" for reaction in reactions)

    assert kept("3", 0) > kept("2", 0) > kept("1", 0) > kept("1", 1)


@pytest.mark.parametrize(
    "text", ["One. Two. Three.", "A\n\nB\n\nC", '{"titles": ["a", "b"], "n": 1}', '{"titles": ["a",}', "x"]
)
def test_an_edit_changes_the_text_or_it_was_accepted(text: str) -> None:
    rng = random.Random(2)
    for _ in range(300):
        reaction = people.react(rng, people.USERS[0], "2", text, 0)
        if reaction is not None:
            assert (reaction.final_text is not None) == (reaction.label == "modified")
            assert reaction.final_text != text
            assert reaction.score is None or 0 <= reaction.score <= 100


def test_an_edited_json_object_is_still_one() -> None:
    edited = people.revise(random.Random(1), '{"titles": ["one group", "two"], "note": "short"}')
    assert json.loads(edited) == {"titles": ["one team"], "note": "brief"}


def test_a_budget_is_never_overdrawn_by_many_threads() -> None:
    budget, taken = Budget(500), []

    def take() -> None:
        while budget.take():
            taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), budget.spent) == (500, True)
