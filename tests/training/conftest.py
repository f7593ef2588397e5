"""What all tests of training share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hydra.core.hydra_config import HydraConfig


@pytest.fixture(scope="module", autouse=True)
def no_job() -> Iterator[None]:
    """A sweep that another test ran in this process leaves Hydra's settings behind, without those of a job."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HydraConfig.instance(), "cfg", None)
        yield
