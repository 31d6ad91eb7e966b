"""The documentation builds without a warning, needs nothing from the network, and its reference is whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FETCHED = re.compile(r'<(?:script|link|img)\b[^>]*(?:src|href)="https?://')


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_refers_to_every_module(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", site]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = {path: path.read_text() for path in site.rglob("*.html")}
    assert not [path for path, text in pages.items() if FETCHED.search(text)]
    told = "\n".join(text for path, text in pages.items() if path.parent.name == "reference")
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("sim", "data", "robopolicy")
        for path in (ROOT / package).rglob("*.py")
        if not path.stem.startswith("_")
    ]
    assert len(modules) > 100
    assert not [module for module in modules if f'id="{module}"' not in told]
