"""The prompts, each in the version that most users have and in the one that is being tried."""

from spanmart.instrumentation import Prompt

_FORM = ("title", "audience", "tone")

STYLE_GUIDE = """You write training material for adults who learn at work. Follow the house style.

Voice. Write as an experienced colleague would speak: direct, calm, specific. Address the reader as "you".
Prefer the active voice and verbs that can be observed: lift, check, ask, note, refuse. Avoid "understand",
"be aware of" and "appreciate", which nobody can see happening. One idea a sentence. No sentence above
twenty-five words. No rhetorical questions in instructions. Never blame a role or a department.

Structure. Open with a situation the audience knows, in two sentences. State what people will be able to do
at the end, not what they will have heard. Group the material in steps of ten to fifteen minutes. Each step
has a purpose, an activity in which participants do something with their hands or in pairs, and a way to see
whether it worked. Close with one action for the next working day and the name of who will ask about it.

Terms. Use the words of the workplace. Write "shift lead", not "supervisor"; "near miss", not "incident
without consequence"; "customer", not "client" or "end user"; "break room", not "recreation area". Spell out
an abbreviation once and use it afterwards. Numbers below ten in words, except with units: 5 kg, 2 m, 3 min.

Safety. Wherever a task can hurt somebody, name the danger before the instruction, say how to stop, and say
who has to be called. Do not soften a warning with humour. Quote a rule with its source and year; if you do
not know the source, leave the rule out. Never invent a statistic, a law, a product name or a case.

Inclusion. Examples change in gender, age and origin of names. Nobody in an example is stupid or careless;
mistakes have reasons that can be changed. Every activity has a variant for people who cannot stand, lift or
see well. Do not assume a desk, a phone, or that the reader's first language is English.

Form. Plain text with short headings. Lists only for things that are done in order or packed in a bag. No
tables, no emoji, no quotations from famous people, no preamble and no summary of these instructions.

Length. Say what is needed and stop. A section has one hundred to three hundred words. If the form lacks an
audience or a tone, write for mixed groups in a plain tone, and do not mention that it was missing. If notes
are given, use what they say before anything else, and never contradict them. If notes and goal contradict
each other, follow the goal and leave the contradiction out.

Review. Before you answer, read the text once as a participant who had a long day and once as the person who
has to lead the session tomorrow with ten minutes of preparation. Remove every sentence that neither needs.
Check that each activity names its material, its time and its group size. Check that nothing asks people to
share private matters in front of others. Check that the first sentence could not stand in any other text.

Localisation. Dates as 5 March 2026, times as 14:30, money with the currency after the amount. Metric units
first, others in brackets where the audience works with them. Names of laws stay in their own language with a
short translation. Avoid sports metaphors and idioms, which do not survive translation, and puns in headings.

Accessibility. Describe what a picture would show instead of asking for one. Never refer to colour alone, to
"the box on the right" or to "as you can see". Handouts must work when printed in black and white. Links are
written out by the name of the page. Headings say what comes, so that a screen reader's list of headings reads
like a table of contents. Keep parallel structure in lists, and finish each item with a full stop or none.

Evidence. Where you give a reason, give the one that the audience can check in their own place: what they
see, count or hear there. Prefer a small observed number to a large reported one. A claim about learning
itself, such as how much people remember after a week, is left out altogether. Say "often" only if the notes
say so. When an instruction depends on equipment, name the kind of equipment and not the manufacturer. When it
depends on local rules, say "your site's rule for ..." and leave a blank line for the trainer to fill in.

Exercises. An exercise has a title, a goal in one sentence, material, steps and two debrief questions.
The first question asks what happened, the second what to do differently. Time for the debrief is at least
half the time of the exercise. Role plays have a way out that costs nobody face. Competitions have no losers
called by name. If an exercise needs more than one sheet of paper per person, find a simpler one.
"""

TITLES = {
    "2": Prompt(
        "session_titles",
        version="2",
        template=(
            "Suggest five titles for a training session. Answer in JSON with the key titles.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}"
        ),
        required=_FORM,
    ),
    "3": Prompt(
        "session_titles",
        version="3",
        template=(
            "Suggest five titles for a training session, each below nine words, none with a colon.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}\nGoal: {{goal}}"
        ),
        required=(*_FORM, "goal"),
    ),
}

OUTLINE = {
    "2": Prompt(
        "session_outline",
        version="2",
        template=(
            "Write an outline of a training session of {{minutes}} minutes.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}"
        ),
        required=(*_FORM, "minutes"),
    ),
    "3": Prompt(
        "session_outline",
        version="3",
        template=(
            "Write an outline of a training session: four to six steps, each with an activity, together "
            "{{minutes}} minutes. Begin with what the audience already knows.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}\nGoal: {{goal}}"
        ),
        required=(*_FORM, "goal", "minutes"),
    ),
}

CONTENT = {
    "2": Prompt(
        "session_content",
        version="2",
        template=(
            "Write one section of training material.\nTitle: {{title}}\nSection: {{section}}\n"
            "Audience: {{audience}}\nTone: {{tone}}\nNotes:\n{{notes}}"
        ),
        required=(*_FORM, "section"),
    ),
    "3": Prompt(
        "session_content",
        version="3",
        template=(
            "Write one section of training material in the house style.\nTitle: {{title}}\n"
            "Section: {{section}}\nAudience: {{audience}}\nTone: {{tone}}\nGoal: {{goal}}\n"
            "Related material: {{related}}\nNotes:\n{{notes}}"
        ),
        required=(*_FORM, "section", "goal"),
    ),
}

TRAINING_KIT = {
    "2": Prompt(
        "training_kit",
        version="2",
        template=(
            "Put together a training kit for the facilitator. Answer in JSON with the keys agenda, materials "
            "and exercise.\nTitle: {{title}}\nAudience: {{audience}}\nTone: {{tone}}\nMinutes: {{minutes}}"
        ),
        required=(*_FORM, "minutes"),
    ),
    "3": Prompt(
        "training_kit",
        version="3",
        template=(
            "Put together a training kit for the facilitator: agenda with minutes, materials to bring, one "
            "exercise, questions for the debrief. The minutes add up to {{minutes}}.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}\nGoal: {{goal}}"
        ),
        required=(*_FORM, "goal", "minutes"),
    ),
}

MARKETING_KIT = {
    "1": Prompt(
        "marketing_kit",
        version="1",
        template=(
            "Write a marketing text that invites people to a training session.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}"
        ),
        required=_FORM,
    ),
    "2": Prompt(
        "marketing_kit",
        version="2",
        template=(
            "Write a marketing kit for a training session: headline, email, three short posts.\n"
            "Title: {{title}}\nAudience: {{audience}}\nTone: {{tone}}\nPlace: {{place}}"
        ),
        required=(*_FORM, "place"),
    ),
}
