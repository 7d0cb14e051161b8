from __future__ import annotations

import numpy as np

from blender_mirage.core.greybox_read import InstanceTrack, LampTrack, MeshRead, assemble
from blender_mirage.wire.arrays import content_hash, unpack
from blender_mirage.wire.greybox import GreyboxTracks
from blender_mirage.wire.messages import Lamp, Material

GREY = (Material("Grey", (0.5, 0.5, 0.5)),)


def triangle(height: float = 0.0) -> MeshRead:
    vertices = np.array([[0, 0, height], [1, 0, 0], [0, 1, 0]], np.float32)
    return MeshRead(vertices, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), np.array([0, 1, 2, 1], np.int32))


def placed(x: float) -> np.ndarray:
    transform = np.eye(4)
    transform[0, 3] = x
    return transform


def test_equal_meshes_are_sent_once_and_instances_are_in_the_order_of_anchors():
    shared = triangle()
    b = InstanceTrack("b", "B", GREY, {0: shared}, {0: placed(1)})
    a = InstanceTrack("a", "A", GREY, {0: triangle()}, {0: placed(2)})
    c = InstanceTrack("c", "C", GREY, {0: shared}, {0: placed(3)})
    read = assemble([b, a, c], [], (0, 0, 0), 1)
    assert [instance.anchor for instance in read.greybox.instances] == ["a", "b", "c"]
    assert read.tracks.transforms[:, 0, 3].tolist() == [2, 1, 3]
    assert len(read.meshes) == 1
    assert all(content_hash(data) == name for name, data in read.meshes.items())


def test_an_instance_that_comes_and_goes_holds_its_last_place_and_shape():
    low, high = triangle(), triangle(5)
    track = InstanceTrack("a", "A", GREY, {1: low, 3: high}, {1: placed(1), 3: placed(3)})
    lamp = LampTrack(Lamp("SUN", (1, 1, 1), 2.0), np.stack([np.eye(4)] * 5))
    read = assemble([track], [lamp], (0.1, 0.2, 0.3), 5, ["watch out"])
    tracks = GreyboxTracks.from_arrays(read.greybox, read.tracks.to_arrays(), 5)
    assert tracks.visible.tolist() == [[0, 1, 0, 1, 0]]
    assert [tracks.transforms_at(i)[0, 0, 3] for i in range(5)] == [1, 1, 1, 3, 3]
    vertices = unpack(read.meshes[read.greybox.instances[0].vertex_track])[1]["vertices"]
    assert vertices[:, 0, 2].tolist() == [0, 0, 0, 5, 5]
    assert read.bounds[0].tolist() == [[0, 0, 0], [1, 1, 5]]
    assert (read.greybox.ambient, read.warnings) == ((0.1, 0.2, 0.3), ("watch out",))


def test_a_track_that_was_never_seen_is_left_out():
    read = assemble([InstanceTrack("a", "A", GREY)], [], (0, 0, 0), 3)
    assert read.greybox.instances == ()
    GreyboxTracks.from_arrays(read.greybox, read.tracks.to_arrays(), 3)


def test_a_bent_mesh_is_sent_as_it_was_modelled_with_a_track_of_its_poses():
    modelled, low, high = triangle(), triangle(1), triangle(2)
    still = {0: placed(0), 1: placed(0)}
    shots = ({0: low, 1: high}, {0: high, 1: low}, {0: modelled, 1: low}, {0: low}, {0: modelled})
    meshes = set()
    for reads in shots:
        track = InstanceTrack("a", "A", GREY, reads, {index: still[index] for index in reads}, modelled)
        read = assemble([track], [], (0, 0, 0), len(reads))
        (instance,) = read.greybox.instances
        meshes.add(instance.mesh)
        if instance.vertex_track:
            sent = unpack(read.meshes[instance.vertex_track])[1]["vertices"]
            assert sent[:, 0, 2].tolist() == [pose.vertices[0, 2] for pose in reads.values()]
        else:
            assert list(reads.values()) == [modelled]
    assert len(meshes) == 1
    held = assemble([InstanceTrack("a", "A", GREY, {0: low, 1: low}, still, modelled)], [], (0, 0, 0), 2)
    assert held.greybox.instances[0].vertex_track == "", "a pose that is held is no track of equal frames"
