"""What the pages say is what is there: commands, endpoints, files."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import blender_mirage.wire
import inference_backend
import inference_backend.server
from inference_backend.config import BackendConfig
from inference_backend.services import open_services

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

DEMO = 'python3 -m venv .venv && .venv/bin/pip install -e ".[demo]" && .venv/bin/mirage demo'
TEST = 'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest'


def code_lines(text: str) -> list[str]:
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def package_docs(package: object) -> str:
    names = [m.name for m in pkgutil.iter_modules(package.__path__, package.__name__ + ".") if m.ispkg]
    return "\n".join(importlib.import_module(name).__doc__ or "" for name in names) + (package.__doc__ or "")


def test_the_two_commands_are_one_line_each():
    lines = code_lines(README)
    assert lines.count(DEMO) == 1 and lines.count(TEST) == 1


def test_every_command_is_explained():
    page = subprocess.run([sys.executable, "-m", "inference_backend", "--help"], capture_output=True, text=True)
    assert page.returncode == 0, page.stderr
    listed = page.stdout.split("COMMAND", 2)[-1]
    commands = re.findall(r"^ {4}(\w[\w-]*)\s", listed, re.MULTILINE)
    assert {"serve", "doctor", "worlds", "demo"} <= set(commands)
    docs = README + package_docs(inference_backend)
    assert [c for c in commands if f"mirage {c}" not in docs] == []


def test_the_contract_lists_exactly_the_endpoints_there_are(tmp_path):
    listed = re.findall(r"^\| (GET|HEAD|POST|PUT|PATCH|DELETE) +(\S+)", blender_mirage.wire.__doc__ or "", re.MULTILINE)
    described = {(method, re.sub(r"\{\w+\}", "{}", path.split("?")[0])) for method, path in listed}
    found = set()
    with open_services(BackendConfig(tmp_path)) as services:
        for module in pkgutil.iter_modules(inference_backend.server.__path__):
            group = importlib.import_module(f"inference_backend.server.{module.name}")
            if hasattr(group, "routes"):
                for route in group.routes(services).routes:
                    found |= {(method, re.sub(r"\{\w+\}", "{}", route.path)) for method in route.methods}
    assert described == found


def test_every_path_that_the_readme_names_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    names = re.findall(r"`((?:inference_backend|blender_mirage|tests)/[\w/.]*)`", README)
    flow = README.split("## From the button to the frame")[1].split("## ")[0]
    for name in re.findall(r"`([\w/]+(?:\.py|/))`", flow):
        names.append(next((f"{base}/{name}" for base in BASES if (ROOT / base / name).exists()), name))
    assert [name for name in [*links, *names] if not (ROOT / name).exists()] == []


BASES = (".", "blender_mirage", "inference_backend")


def test_the_readme_stays_with_the_supported_versions():
    import tomllib

    manifest = tomllib.loads((ROOT / "blender_mirage" / "blender_manifest.toml").read_text(encoding="utf-8"))
    oldest = ".".join(manifest["blender_version_min"].split(".")[:2])
    assert f"Blender {oldest} LTS" in README
