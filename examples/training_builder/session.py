"""One person's work on one training session, from the first titles to the invitation."""

import logging
import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

from spanmart.instrumentation import interaction, record_feedback

from . import recipes
from .forms import fill_in, notes, pasted_manual
from .generation import CHAT_ONLY, FAILURES, STREAMED, Recipe, Result
from .library import related_title
from .people import USERS, react
from .provider import Provider

log = logging.getLogger("training_builder")

_SECTIONS = ("Why it matters", "Step by step", "Practice in pairs", "When something goes wrong")
_RETIRED_MODEL = "gpt-4-32k"
_HASTY_S = 0.05


class Session:
    """A user, a form, and the material made from it. Equal seeds make equal users and forms, ids differ.

    Sessions are numbered, so that users take turns and every fifth form has a gap, whatever the seed.
    """

    def __init__(self, provider: Provider, seed: int, number: int) -> None:
        self._provider = provider
        self._random = random.Random(f"{seed} {number}")
        turns = random.Random(seed).sample(USERS, len(USERS))
        self._user = turns[number % len(turns)]
        self._form = fill_in(self._random, whole=number % 5 != 2)
        self._id = str(uuid.uuid4())

    def steps(self) -> Iterator[None]:
        """Do the work; each `next()` makes one interaction."""
        fields = self._form.fields
        yield from self._make(recipes.TITLES, fields)
        yield from self._make(recipes.OUTLINE, fields)
        first, second = self._random.sample(_SECTIONS, k=2)
        manual = pasted_manual(self._form) if self._user.pastes_manuals else None
        yield from self._make_section(first, manual or notes(self._random))
        yield from self._make_section(second, notes(self._random))
        yield from self._make(recipes.TRAINING_KIT, fields)
        if self._random.random() < 0.8:
            yield from self._make(recipes.MARKETING_KIT, fields)

    def _make_section(self, section: str, about: str) -> Iterator[None]:
        related = ""
        if self._provider.has_all_apis and self._random.random() < 0.4:
            related = self._search()
            yield
        fields = {"section": section, "notes": about, "related": related}
        yield from self._make(recipes.CONTENT, self._form.fields | fields)

    def _make(self, versions: Mapping[str, Recipe], fields: Mapping[str, str]) -> Iterator[None]:
        """Generate, and once more if the user is not content: about half of those try again."""
        recipe = versions[self._user.version_of(list(versions))]
        content = self._generate(recipe, fields)
        yield
        if not content and self._random.random() < 0.5:
            self._generate(recipe, fields)
            yield

    def _generate(self, recipe: Recipe, fields: Mapping[str, str]) -> bool:
        """Make one interaction and take the feedback; say whether the user can go on with the result."""
        recipe = self._as_the_day_goes(recipe)
        with interaction(
            recipe.interaction_type,
            prompt=recipe.prompt,
            variables=dict(fields),
            session_id=self._id,
            user_id=self._user.id,
            context=self._form.context,
        ) as call:
            try:
                result = self._ask(recipe, call.messages())
            except FAILURES as error:
                log.info("%s failed: %s: %.100s", recipe.interaction_type, type(error).__name__, error)
                return False
        return self._give_feedback(call.id, recipe, result)

    def _ask(self, recipe: Recipe, messages: list[dict[str, object]]) -> Result:
        client = self._provider.client.with_options(
            timeout=recipe.timeout
            if recipe.timeout == _HASTY_S
            else recipe.timeout * self._provider.patience,
            max_retries=recipe.retries,
        )
        leaves_early = recipe.ask in STREAMED and self._random.random() < 0.08
        return recipe.ask(client, recipe, messages, self._random.randint(3, 25) if leaves_early else None)

    def _as_the_day_goes(self, recipe: Recipe) -> Recipe:
        """Return the recipe as used this time: with the server's own model, or with a mishap of ours."""
        if not self._provider.has_all_apis:
            recipe = replace(recipe, ask=CHAT_ONLY.get(recipe.ask, recipe.ask))
        if self._provider.model:
            recipe = replace(recipe, model=self._provider.model)
        elif self._random.random() < 0.015:
            recipe = replace(recipe, model=_RETIRED_MODEL)
        if self._provider.provokes_timeouts and self._random.random() < 0.03:
            recipe = replace(recipe, timeout=_HASTY_S, retries=0)
        return recipe

    def _give_feedback(self, interaction_id: str | None, recipe: Recipe, result: Result) -> bool:
        flaws = result.flaws + (not self._form.whole)
        reaction = react(self._random, self._user, recipe.prompt.version, result.text, flaws)
        if reaction is None or interaction_id is None:
            return True
        record_feedback(
            interaction_id,
            reaction.label,
            score=reaction.score,
            comment=reaction.comment,
            final_text=reaction.final_text,
        )
        return reaction.label != "rejected"

    def _search(self) -> str:
        """Look for related material; nothing found is no reason to stop."""
        subject = self._form.fields["title"]
        with interaction(
            "material_search", variables={"query": subject}, session_id=self._id, user_id=self._user.id
        ):
            try:
                return related_title(self._provider.client, subject)
            except FAILURES:
                return ""
