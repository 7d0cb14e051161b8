"""The seven rules of the design, section 4. Each is read off the source, or off a fresh process."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADDON, BACKEND = "blender_mirage", "inference_backend"

BLENDER_MODULES = {"bpy", "bpy_extras", "mathutils", "gpu", "gpu_extras", "blf", "bmesh", "idprop"}
MAY_USE_BLENDER = {
    "registration",
    "preferences",
    "properties",
    "event_pump",
    "pump_hooks",
    "compat",
    "__main__",
    "headless",
    "render_truce",
    "translations",
} | {
    "scene",
    "operators",
    "ui",
}
BLENDER_AS_A_TOOL = {
    "inference_backend/training/pictures/photographs.py",
    "inference_backend/training/sets/cycles.py",
}
"""Training data that Blender makes, where the bpy extra is installed; nothing that serves a user reaches these."""

ADDON_LAYERS = {
    "wire": set(),
    "core": {"wire"},
    "formats": {"wire", "core"},
    "scene": {"wire", "core", "compat"},
    "operators": {
        "wire",
        "core",
        "formats",
        "scene",
        "properties",
        "preferences",
        "compat",
        "event_pump",
        "translations",
    },
    "ui": {"properties", "preferences", "compat", "translations"},
    "headless": {
        "wire",
        "core",
        "formats",
        "scene",
        "properties",
        "preferences",
        "compat",
        "event_pump",
        "operators",
        "registration",
    },
}
"""What each part of the add-on may import, beside itself."""

LADDER = {
    "errors": 0,
    "config": 0,
    "storage": 0,
    "greybox": 1,
    "diffusion": 1,
    "worlds": 1,
    "memory": 2,
    "models": 2,
    "generation": 3,
    "jobs": 4,
    "services": 5,
    "serving": 6,
    "doctor": 6,
    "world_commands": 6,
    "demo": 6,
    "cli": 7,
}
"""A part imports only parts below it, or of its own rung."""
SERVER_MAY_IMPORT = {"jobs.queue", "worlds", "errors", "config", "storage.atomic"}
APART = {"training", "evaluation"}
"""Reached only by the commands that are about them."""
MAY_REACH_APART = {"cli", "demo", "training", "evaluation"}

MAY_CATCH_ALL = {
    "inference_backend/jobs/worker.py",
    "inference_backend/server/security.py",
    "blender_mirage/event_pump.py",
}
PICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


@dataclass(frozen=True)
class Source:
    """One module of the two packages."""

    path: str
    """Relative to the repository, with slashes."""
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    @property
    def part(self) -> str:
        """`scene`, `jobs`, `cli`: the folder or file below the package; `` for the package's own __init__."""
        inside = self.path.split("/")[1:]
        return "" if inside == ["__init__.py"] else inside[0].removesuffix(".py")

    def imports(self) -> Iterator[str]:
        """Every module that is imported anywhere in the file, absolute: `inference_backend.jobs.queue.JobQueue`."""
        here = self.path.removesuffix(".py").split("/")
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = here[: len(here) - node.level] if node.level else []
                base = [*above, *(node.module.split(".") if node.module else [])]
                yield from (".".join([*base, alias.name]) for alias in node.names)

    def parts_of(self, package: str) -> Iterator[str]:
        """The imported modules of `package`, without its name."""
        prefix = package + "."
        yield from (name.removeprefix(prefix) for name in self.imports() if name.startswith(prefix))


@cache
def sources(package: str) -> tuple[Source, ...]:
    paths = sorted((ROOT / package).rglob("*.py"))
    return tuple(Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)


def everything() -> tuple[Source, ...]:
    return sources(ADDON) + sources(BACKEND)


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh process has loaded after `statement`."""
    script = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_there_is_something_to_check() -> None:
    assert len(sources(ADDON)) > 10 and len(sources(BACKEND)) > 30


def test_1_blender_is_used_only_where_it_may_be() -> None:
    broken = [
        f"{source.path} imports {name}"
        for source in everything()
        for name in source.imports()
        if name.split(".")[0] in BLENDER_MODULES and not (source.package == ADDON and source.part in MAY_USE_BLENDER)
        if source.path not in BLENDER_AS_A_TOOL
    ]
    assert broken == []


def test_2_the_addon_imports_downwards_and_relatively() -> None:
    broken = [
        f"{source.path} imports {name}"
        for source in sources(ADDON)
        if source.part in ADDON_LAYERS
        for name in source.parts_of(ADDON)
        if name.split(".")[0] not in ADDON_LAYERS[source.part] | {source.part}
    ]
    absolute = [
        f"{source.path}:{node.lineno} names its own package"
        for source in sources(ADDON)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and ADDON in _absolute_roots(node)
    ]
    assert broken + absolute == []


def _absolute_roots(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return set() if node.level else {(node.module or "").split(".")[0]}


def test_3_the_wire_is_all_that_the_packages_share() -> None:
    broken = [
        f"{source.path} imports {ADDON}.{name}"
        for source in sources(BACKEND)
        for name in source.parts_of(ADDON)
        if name.split(".")[0] != "wire"
    ]
    broken += [
        f"{source.path} imports {name}"
        for source in sources(ADDON)
        for name in source.imports()
        if name.split(".")[0] == BACKEND
    ]
    assert broken == []


def test_4_the_backend_is_a_ladder() -> None:
    broken = []
    for source in sources(BACKEND):
        for name in source.parts_of(BACKEND):
            part = name.split(".")[0]
            if part in APART and source.part not in MAY_REACH_APART:
                broken.append(f"{source.path} imports {name}")
            if source.part in LADDER and LADDER.get(part, 0) > LADDER[source.part]:
                broken.append(f"{source.path} imports {name}")
            if source.part in LADDER and source.part not in ("services", "serving", "cli") and part == "server":
                broken.append(f"{source.path} imports {name}")
            if source.part == "server" and part not in ("server", "__version__"):
                if not any(f"{name}.".startswith(f"{allowed}.") for allowed in SERVER_MAY_IMPORT):
                    broken.append(f"{source.path} imports {name}")
    assert broken == []


def test_5_heavy_packages_stay_where_they_belong() -> None:
    heavy = {"diffusers", "transformers"}
    broken = [
        f"{source.path} imports {name}"
        for source in everything()
        for name in source.imports()
        if name.split(".")[0] in heavy and not source.path.startswith("inference_backend/models/wan22/")
    ]
    assert broken == []


@pytest.mark.parametrize(
    "module",
    [
        "inference_backend.server.app",
        "inference_backend.services",
        "inference_backend.cli",
        "inference_backend.serving",
    ],
)
def test_5_the_server_loads_no_torch(module: str) -> None:
    assert not {"torch", "diffusers", "transformers", "bpy"} & loaded_by(f"import {module}")


def test_5_the_wire_needs_the_standard_library_and_numpy() -> None:
    wire = [source for source in sources(ADDON) if source.part == "wire"]
    roots = {name.split(".")[0] for source in wire for name in source.imports()}
    assert roots - set(sys.stdlib_module_names) == {"numpy", ADDON}


PROBES = ("os.environ", "os.getenv", "torch.cuda", "torch.backends", "torch.set_num_threads", "sys.path")
WRITERS = {"open", "mkdir", "makedirs", "write_text", "write_bytes", "unlink", "rename", "replace", "Popen"}


def test_6_importing_a_module_does_nothing() -> None:
    broken = []
    for source in everything():
        if source.path.endswith("__main__.py"):
            continue
        for node in _run_at_import(source.tree):
            text = ast.unparse(node)
            if isinstance(node, ast.Attribute) and text.startswith(PROBES):
                broken.append(f"{source.path}:{node.lineno} reads {text}")
            if isinstance(node, ast.Call) and _name_of(node.func) in WRITERS:
                broken.append(f"{source.path}:{node.lineno} calls {text}")
    assert broken == []


def _run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: all but the insides of functions and of `if __name__ …`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "__name__" in ast.unparse(child.test):
            continue
        yield child
        yield from _run_at_import(child)


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_6_nothing_is_pickled() -> None:
    broken = []
    for source in everything():
        broken += [f"{source.path} imports {name}" for name in source.imports() if name.split(".")[0] in PICKLING]
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            allows = any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords)
            if ast.unparse(node.func) in ("torch.load", "torch.save") or allows:
                broken.append(f"{source.path}:{node.lineno} calls {ast.unparse(node.func)}")
    assert broken == []


def test_7_everything_is_caught_in_three_places_only_and_logged_there() -> None:
    broken = []
    for source in everything():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            kinds = {ast.unparse(part) for part in _caught(node.type)}
            body = ast.unparse(ast.Module(node.body, []))
            # Tidying up and passing the error on hides nothing.
            passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if not kinds & {"", "Exception", "BaseException"} or passes_on:
                continue
            if source.path not in MAY_CATCH_ALL or "log" not in body.lower():
                broken.append(f"{source.path}:{node.lineno} catches {kinds or 'everything'}")
    assert broken == []


def _caught(kind: ast.expr | None) -> list[ast.expr]:
    if kind is None:
        return [ast.Name("")]
    return list(kind.elts) if isinstance(kind, ast.Tuple) else [kind]
