"""A page of the reference for every folder of modules, made while the documentation is built.

`mkdocs.yml` names this file as a hook. A module that is added, moved or renamed is in the reference at the
next `make docs`, without a list to be kept.
"""

import ast
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "data", "robopolicy")
SECTION = "Reference"


def rooms() -> dict[str, list[str]]:
    """Folder, dotted -> its public modules, dotted and sorted; folders without modules are left out."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if not path.stem.startswith("_"):
                found.setdefault(module.rpartition(".")[0], []).append(module)
    return dict(sorted(found.items(), key=lambda room: (PACKAGES.index(room[0].partition(".")[0]), room[0])))


def page_of(room: str, modules: list[str]) -> str:
    """The Markdown of one page: what the folder is, then every module by mkdocstrings."""
    init = ROOT / room.replace(".", "/") / "__init__.py"
    says = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
    return "\n\n".join([f"# {room}", says, *(f"::: {module}" for module in modules)]) + "\n"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages into the navigation."""
    for entry in config.nav or ():
        if SECTION in entry:
            entry[SECTION] = [{room: f"reference/{room}.md"} for room in rooms()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to what is built."""
    for room, modules in rooms().items():
        files.append(File.generated(config, f"reference/{room}.md", content=page_of(room, modules)))
    return files
