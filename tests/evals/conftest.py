"""The scenarios, and what graders compare with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sales_zoominfo.agent.evals.graders import Grounds
from sales_zoominfo.agent.evals.scenario import Scenario, load
from sales_zoominfo.cli.eval_bench import grounds as read_grounds

# Where the scripted model is.
sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))

SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.fixture(scope="session")
def scenarios() -> list[Scenario]:
    return load(SCENARIOS)


@pytest.fixture(scope="session")
def grounds() -> Grounds:
    return read_grounds()
