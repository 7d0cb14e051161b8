"""Whatever the add-on or the backend may say to a user has a template with its Chinese, and none is left over."""

from __future__ import annotations

import re

import pytest

bpy = pytest.importorskip("bpy")

from blender_mirage import translations  # noqa: E402
from blender_mirage.core.coverage_words import describe_coverage, describe_staleness  # noqa: E402
from blender_mirage.core.shot_list import ShotStatus  # noqa: E402
from blender_mirage.core.take_list import describe_seconds  # noqa: E402
from blender_mirage.translations import said, zh_hans  # noqa: E402
from blender_mirage.ui import take_panel  # noqa: E402
from blender_mirage.wire.messages import JOB_STATES  # noqa: E402
from blender_mirage.wire.prompt import UnknownWord, read_prompt, unknown_words_sentence  # noqa: E402
from blender_mirage.wire.survey import FrameSurvey, Staleness, Survey  # noqa: E402
from inference_backend.models.previz.vocabulary import VOCABULARY  # noqa: E402
from tests.support.shown_texts import all_texts, glued_texts, shown_texts, skeleton_of  # noqa: E402

pytestmark = pytest.mark.bpy

HOW = """
{count} texts that a user may see have no template. Add each to a module of blender_mirage/translations/zh_hans
in SENTENCES, with its Chinese and the kinds of its fields, see translations/templates.py;
or, where no user ever sees it, to tests/support/shown_texts.py. Sentences are whole where they are made: do not glue
them together from parts.

{entries}
"""


PARTICULAR = {"Backend: {}", "Picture: {}"}
"""What `{title}: {phase}` becomes with a title of ours, which is translated too."""


def test_every_text_of_the_source_has_a_template():
    known = {skeleton_of(template) for template in (translations.chinese() | translations.sentences_in_chinese())}
    missing = {shown.skeleton: shown for shown in shown_texts() if shown.skeleton not in known}
    entries = "\n".join(f'    {shown.template!r}: "",  # {shown.where}' for shown in missing.values())
    if missing:
        pytest.fail(HOW.format(count=len(missing), entries=entries), pytrace=False)


def test_every_template_has_its_text_in_the_source():
    said_somewhere = {text.skeleton for text in all_texts()} | PARTICULAR
    left = [text for text in translations.sentences_in_chinese() if skeleton_of(text) not in said_somewhere]
    assert left == [], "these are said nowhere any more: remove them"


def test_no_text_is_glued_together():
    assert glued_texts() == []


def test_no_text_has_two_chinese_ones():
    said_by: dict[str, str] = {}
    for part in zh_hans._PARTS:
        for english, chinese in (getattr(part, "SIMPLIFIED_CHINESE", {}) | getattr(part, "SENTENCES", {})).items():
            assert said_by.setdefault(english, chinese) == chinese, (english, part.__name__)


def test_the_engine_knows_every_word_of_the_menu_in_chinese_too():
    for word in VOCABULARY.words:
        assert read_prompt(in_chinese(word), VOCABULARY).known == (word,), word


def in_chinese(text: str) -> str:
    table = translations.chinese() | translations.sentences_in_chinese()
    return said(text, lambda template, context: table.get(template, template))


def made_by_core() -> list[str]:
    """Sentences as they are put together, from values that make each of their forms."""
    never = ((0.0, 0.0), (0.001, 0.3), (0.5, 0.999), (1.0, 0.0), (0.0, 0.4, 0.0, 0.4, 0.0), ())
    surveys = [[FrameSurvey(41 + i, 1 - n, 0.0, n, "", "", "") for i, n in enumerate(row)] for row in never]
    reasons = ("camera", "greybox", "memory", "settings")
    stale = [Staleness("id", "walk", frames, reasons[:count]) for frames in ((1,), (1, 2)) for count in range(5)]
    status = [ShotStatus(), ShotStatus(phase="queued"), ShotStatus("v001", "done", unseen_from=4), ShotStatus("v001")]
    status += [ShotStatus("v001", changed=True)]
    status += [ShotStatus(phase="generating", done=3, total=9), ShotStatus(failure="This scene has no look yet.")]
    status += [ShotStatus("v001", stale_from=7, unseen_from=9), ShotStatus("v001", "cancelled")]
    words = [UnknownWord("wodden", "wood"), UnknownWord("unicorns", ""), UnknownWord("it's", "")]
    return [
        *(describe_coverage(Survey("id", "world", "walk", tuple(frames), ())) for frames in surveys),
        *(describe_staleness(one, name, (1, 2)) for one in stale for name in ("v003", "The last take")),
        *(state.words for state in status),
        *(unknown_words_sentence(words[:count]) for count in (1, 2, 3)),
        *map(describe_seconds, (4, 200, 9000)),
        *JOB_STATES,
        *take_panel._JOB_ENDS.values(),
        "Press Start Backend. \nThe job was cancelled.",
    ]


def test_what_is_put_together_is_said_in_chinese_to_its_end():
    values = r"'[^']*'|\"it's\"|v\d+|previz"
    for sentence in made_by_core():
        chinese = in_chinese(sentence)
        assert chinese != sentence and not re.search("[A-Za-z]", re.sub(values, "", chinese)), (sentence, chinese)


def test_a_name_that_is_a_word_of_ours_stays_a_name():
    """Objects, shots and files may be called anything."""
    for name in ("Glass", "road", "Look", "World", "done", "Seen", "Backend"):
        for template in (
            "{}: v003 is up to date.",
            "{!r} has no faces and is left out.",
            "There is no look image at {}.",
        ):
            assert name in in_chinese(template.format(name)), name


def test_who_reads_english_reads_english():
    for sentence in made_by_core():
        assert said(sentence, lambda template, context: template) == sentence
