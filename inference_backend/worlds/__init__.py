"""What persists: worlds with their segments, meshes, takes, surveys. No torch.

    <data dir>/worlds/<world_id>/world.db                        names of anchors and materials, index of segments
    <data dir>/worlds/<world_id>/segments/<take_id>.safetensors  the tokens of one take or seed view
    <data dir>/worlds/<world_id>/seed_views/<take_id>.mira       the request of a seed view: picture, camera, greybox
    <data dir>/meshes/<hash>.mira                                content-addressed meshes and vertex tracks
    <data dir>/takes/<take_id>/request.mira                      everything that made the take
    <data dir>/takes/<take_id>/take.json                         wire.TakeInfo
    <data dir>/takes/<take_id>/frames/0000.png                   by index
    <data dir>/takes/<take_id>/fingerprints.json                 content hashes of its frames, once it is made
    <data dir>/takes/<take_id>/progress.safetensors              while it is made: what an attempt has learned so far
    <data dir>/surveys/<survey_id>/                              request.mira, world (its id), survey.json, frames/

A segment counts only once its row is committed; a folder or file whose name starts with a dot is a step that a crash
cut short, and is swept. A commit that is reverted keeps its file; one that is forgotten in part gets a new file
(`<take_id>.<8 digits>.safetensors`), never a changed one, as forks share files by hard link.

catalog.py (worlds come, go, fork, are compared), world_files.py (one world), schema.py and commits.py (its tables and
what they tell), forgetting.py over rewrite.py, placing.py and references.py (deleting for good), and the stores of
meshes, takes and surveys.
"""
