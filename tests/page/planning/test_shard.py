from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.page.planning.plan import Plan, make_plan
from textrm.page.planning.shard import Shard


def book(root: Path) -> Path:
    for folder in "abc":
        (root / folder).mkdir(parents=True)
        for page in range(40):
            (root / folder / f"{page}.{'jpg' if page % 2 else 'png'}").write_bytes(b"x")
    (root / "a" / "9.avif").write_bytes(b"x")
    (root / "a" / "9.cbz").write_bytes(b"x")
    return root


def of_shard(number: int, root: Path, **options: object) -> Plan:
    plan = make_plan([root], root.parent / "out", books=True, **options)
    return Shard(number, 5).only(plan, root.parent / "out", [root])


def names(plan: Plan, root: Path) -> list[str]:
    paths = [one.source for one in plan.pages + plan.books] + [path for path, _ in plan.failures]
    return [path.relative_to(root).as_posix() for path in paths]


def test_all_shards_together_are_everything_once_wherever_it_lies(tmp_path: Path) -> None:
    one, other = book(tmp_path / "here" / "in"), book(tmp_path / "there" / "pages")
    shards = [names(of_shard(number, one), one) for number in range(1, 6)]
    found = Counter(name for shard in shards for name in shard)
    assert len(found) == 122
    assert set(found.values()) == {1}
    assert min(map(len, shards)) > 10
    assert [sorted(names(of_shard(number, other, suffix=".png"), other)) for number in range(1, 6)] == [
        *map(sorted, shards)
    ]


def test_an_input_that_is_missing_is_told_in_all(tmp_path: Path) -> None:
    plan = make_plan([tmp_path / "none"], tmp_path / "out")
    assert [len(Shard(n, 3).only(plan, tmp_path / "out", [tmp_path / "none"]).failures) for n in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "-1/3", "a/b", "1/2/3"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UserError, match="expected i/n"):
        Shard.of_text(text)
    assert Shard.of_text("3/16") == Shard(3, 16)


def test_the_file_for_slurm_gives_each_task_its_part(tmp_path: Path) -> None:
    (tmp_path / "textrm").write_text('#!/bin/bash\necho "$@"\n')
    (tmp_path / "textrm").chmod(0o755)
    file = Path(__file__).resolve().parents[3] / "docs" / "slurm" / "clean.sbatch"
    task = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MAX": "16", "SLURM_CPUS_PER_TASK": "4"}
    for more, shard in (({}, "3/16"), ({"PARTS": "64"}, "3/64")):
        path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(["bash", str(file), "in", "-o", "out"], env=os.environ | path | task | more,
                              capture_output=True, text=True, check=True)  # fmt: skip
        assert done.stdout == f"clean in -o out --threads 4 --shard {shard}\n"
