"""People as previz has them: limbs of capsules, bent at the joints, standing, walking, seated, reaching or stooping."""

import numpy as np

from inference_backend.training.sets import primitives as shape
from inference_backend.training.sets.builder import Prop

_ROLES = ("skin", "cloth", "cloth", "hair", "rubber")
_SKIN, _TOP, _LEGS, _HAIR, _SHOES = range(5)


def draw_person(rng: np.random.Generator, seated: bool) -> Prop:
    """A person who faces -y; a seated one is on a chair whose seat is 0.47 m high and centred on the origin."""
    size = float(rng.uniform(0.9, 1.08))
    pose = (
        "sit"
        if seated
        else str(rng.choice(["stand", "walk", "bend", "reach", "crouch"], p=[0.35, 0.3, 0.1, 0.15, 0.1]))
    )
    lean = {"sit": 0.05, "stand": 0.02, "walk": 0.1, "bend": 0.9, "reach": 0.15, "crouch": 0.5}[pose]
    lean += float(rng.normal(0, 0.05))
    # Angles from straight down, forward positive: thigh, then the shin's bend backward.
    thigh, knee = {
        "sit": ((1.5, 1.45), (1.5, 1.4)),
        "walk": ((0.45, -0.4), (0.15, 0.55)),
        "crouch": ((1.7, 1.1), (2.1, 1.9)),
        "bend": ((0.15, 0.1), (0.2, 0.2)),
    }.get(pose, ((0.05, -0.05), (0.05, 0.05)))
    arm = {"walk": (-0.5, 0.5), "reach": (1.5, 0.3), "sit": (0.5, 0.6), "bend": (1.4, 1.2), "crouch": (0.9, 1.0)}.get(
        pose, (0.1, -0.05)
    )
    parts, feet = [], []
    hip = np.zeros(3)
    for side, bend, fold in zip((-1, 1), thigh, knee, strict=True):
        root = hip + [0.09 * side, 0, 0]
        joint = root + 0.44 * _forward(bend)
        ankle = joint + 0.42 * _forward(bend - fold)
        parts += [shape.capsule(root, joint, 0.085, 0.06, _LEGS), shape.capsule(joint, ankle, 0.058, 0.04, _LEGS)]
        parts.append(shape.capsule(ankle + [0, 0.03, -0.03], ankle + [0, -0.15, -0.04], 0.045, 0.035, _SHOES))
        feet.append(ankle[2] - 0.08)
    up = -_forward(np.pi - (np.pi - lean)) * [1, 1, 1]
    up = np.array([0, -np.sin(lean), np.cos(lean)])
    chest = hip + 0.46 * up
    parts.append(shape.capsule(hip, hip + 0.2 * up, 0.125, 0.12, _TOP))
    parts.append(shape.capsule(hip + 0.2 * up, chest - 0.06 * up, 0.125, 0.145, _TOP))
    for side, swing in zip((-1, 1), arm, strict=True):
        root = chest + [0.19 * side, 0, 0]
        out = np.array([0.06 * side, 0, 0])
        elbow = root + 0.28 * _forward(swing + lean * 0.5) + out
        wrist = elbow + 0.25 * _forward(swing + lean * 0.5 + float(rng.uniform(0.1, 0.9)))
        parts += [shape.capsule(root, elbow, 0.055, 0.042, _TOP), shape.capsule(elbow, wrist, 0.04, 0.03, _TOP)]
        parts.append(shape.capsule(wrist, wrist + 0.08 * (wrist - elbow) / 0.25, 0.035, 0.03, _SKIN))
    nod = np.array([0, -np.sin(lean * 0.6), np.cos(lean * 0.6)])
    neck = chest + 0.06 * up
    parts.append(shape.capsule(chest, neck + 0.05 * nod, 0.06, 0.05, _SKIN))
    head = neck + 0.17 * nod
    parts.append(shape.capsule(head - 0.04 * nod, head + 0.04 * nod, 0.085, 0.095, _SKIN))
    parts.append(shape.capsule(head + [0, 0.03, 0.02], head + [0, 0.025, 0.06], 0.095, 0.092, _HAIR))
    whole = shape.merged(parts)
    whole = shape.moved(whole, (0, 0, 0.47 + 0.09 if seated else -min(feet)))
    return Prop(type(whole)((whole.vertices * size).astype(np.float32), whole.triangles, whole.face_material), _ROLES)


def _forward(angle: float) -> np.ndarray:
    """Unit [3]: straight down, turned forward (-y) by `angle`."""
    return np.array([0.0, -np.sin(angle), -np.cos(angle)])
