from __future__ import annotations

import pytest

from blender_mirage.core.errors import BackendRefused, MirageError, SceneNotReady


def test_an_error_reads_as_what_happened_and_what_to_do():
    error = SceneNotReady("The scene 'A' has no camera.", "Add one.")
    assert str(error) == "The scene 'A' has no camera. Add one."
    assert (error.message, error.hint) == ("The scene 'A' has no camera.", "Add one.")
    assert str(MirageError("Alone.")) == "Alone."


def test_a_refusal_keeps_its_code():
    with pytest.raises(MirageError) as caught:
        raise BackendRefused("No.", "Ask again.", code="conflict")
    assert caught.value.code == "conflict"
