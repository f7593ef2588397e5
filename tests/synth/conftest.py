"""Faces that every installation has."""

from __future__ import annotations

import pytest

from textrm.synth.faces.library import FontFace, FontLibrary, find_fonts


@pytest.fixture(scope="session")
def fonts() -> FontLibrary:
    """The faces of the packages; what the system has besides is left out."""
    return find_fonts()


@pytest.fixture(scope="session")
def japanese(fonts: FontLibrary) -> FontFace:
    """A face for Japanese."""
    return next(face for face in fonts.faces if "japanese" in face.scripts)
