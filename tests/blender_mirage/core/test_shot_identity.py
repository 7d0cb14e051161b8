from __future__ import annotations

from blender_mirage.core.shot_identity import KnownShot, Place, follow_renames, new_shot_id

A, B, C = Place("a", "cam1", 1), Place("b", "cam2", 10), Place("c", "cam1", 20)


def known(*places: Place) -> list[KnownShot]:
    return [KnownShot(place.name, place) for place in places]


def names(followed: list[KnownShot]) -> dict[str, str]:
    return {shot.shot_id: shot.place.name for shot in followed}


def test_a_new_name_in_the_old_place_is_a_renaming_and_the_old_one_is_kept():
    (shot, other) = follow_renames(known(A, B), [Place("new", "cam1", 1), B])
    assert (shot.shot_id, shot.names) == ("a", ("new", "a")) and other == KnownShot("b", B)
    (again, _) = follow_renames([shot, other], [Place("newer", "cam1", 1), B])
    assert again.names == ("newer", "new", "a")
    (back, _) = follow_renames([again, other], [A, B])
    assert back.place == A and back.shot_id == "a" and set(back.former) == {"newer", "new", "a"}


def test_what_moves_keeps_its_name_and_what_goes_is_not_given_to_another():
    assert follow_renames(known(A), [Place("a", "cam2", 7)]) == known(Place("a", "cam2", 7))[:0] + [
        KnownShot("a", Place("a", "cam2", 7))
    ]
    assert names(follow_renames(known(A, B), [B])) == {"a": "a", "b": "b"}, "it may come back"
    assert names(follow_renames(known(A), [Place("new", "cam1", 3)])) == {"a": "a"}, "elsewhere it is another shot"
    assert names(follow_renames(known(A), [Place("new", "cam2", 1)])) == {"a": "a"}, "of another camera too"
    assert names(follow_renames(known(A, B), [Place("b", "cam2", 1), Place("a", "cam1", 10)])) == {"a": "a", "b": "b"}


def test_names_that_are_counted_up_move_up_when_one_before_them_goes():
    """Of two markers called intro the second makes the shot intro_2; without the first it makes intro."""
    first, second = Place("intro", "cam1", 1), Place("intro_2", "cam1", 30)
    followed = follow_renames(known(first, second), [Place("intro", "cam1", 30)])
    assert names(followed) == {"intro": "", "intro_2": "intro"} and followed[1].names == ("intro", "intro_2")


def test_a_new_shot_of_a_name_that_went_on_has_an_id_of_its_own():
    followed = follow_renames(known(A), [Place("z", "cam1", 1)])
    assert new_shot_id("a", followed) == "a~2" and new_shot_id("b", followed) == "b"
