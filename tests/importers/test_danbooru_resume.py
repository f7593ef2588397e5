"""A stopped import goes on, and what it writes is what an unbroken one writes, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from danbooru_release import Record, outputs, pack, picture, random_records, run, text

from textrm.importers.danbooru import pictures, shards, spool

pytestmark = pytest.mark.slow

OPTIONS = ("--min-tags", 2, "--top-tags", 12, "--top-pictures", 25)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some twenty blocks of metadata with bad lines and duplicates among them, and most of their pictures."""
    monkeypatch.setattr(shards, "BLOCK", 5_000)
    monkeypatch.setattr(pictures, "BATCH", 4)
    records: list[Record | str] = list(random_records(140))
    records[20:20] = ["bad line", ""]
    records[90:90] = ["[]"]
    for i, name in enumerate(("0001", "0002.gz", "0003.tar.xz")):
        pack(tmp_path / "metadata" / name, text(records[i::3]))
    for one in records[::2]:
        if isinstance(one, dict):
            picture(tmp_path / "512px", int(one["id"]), 16)
    return tmp_path


@pytest.fixture
def unbroken(release: Path) -> dict[str, bytes]:
    """The files of an import that nothing stopped."""
    assert go(release, "unbroken").exit_code == 0
    return outputs(release / "unbroken")


def go(release: Path, out: str = "out", *options: object, workers: int = 1) -> Any:
    given = ("--metadata", release / "metadata", "--pictures", release / "512px", *OPTIONS)
    return run(release / out, *given, *options, workers=workers)


def stop_after(monkeypatch: pytest.MonkeyPatch, module: Any, items: int, error: BaseException | None = None) -> None:
    """Let the loop of ``module`` end with Ctrl-C, or ``error``, after so many items."""
    whole: Callable[..., Iterator[Any]] = module.in_order

    def some(*arguments: Any) -> Iterator[Any]:
        for number, item in enumerate(whole(*arguments)):
            if number == items:
                raise error or KeyboardInterrupt
            yield item

    monkeypatch.setattr(module, "in_order", some)


@pytest.mark.parametrize("blocks", [0, 1, 4, 11, 16, -2, -1])  # below 0: from the end, in the second shard of a tar
def test_metadata_goes_on_after_any_block(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, blocks: int
) -> None:
    assert [block.end.shard for block in blocks_of(release)][-3:] == [1, 1, 1]
    blocks %= len(blocks_of(release))
    with monkeypatch.context() as patch:
        stop_after(patch, spool, blocks)
        stopped = go(release)
    assert stopped.exit_code == 130
    assert "the same command goes on from here" in stopped.output
    assert (release / "out" / ".import" / "journal.jsonl").read_bytes().count(b"\n") == blocks + 1
    parsed = count_calls(monkeypatch)
    assert go(release).exit_code == 0
    assert outputs(release / "out") == unbroken
    assert len(parsed) == len(blocks_of(release)) - blocks


@pytest.mark.parametrize("batches", [0, 2, 3])
def test_pictures_go_on_after_any_batch(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    with monkeypatch.context() as patch:
        stop_after(patch, pictures, batches)
        assert go(release).exit_code == 130
    parsed, looked_at = count_calls(monkeypatch), []
    real = pictures._check
    monkeypatch.setattr(pictures, "_check", lambda *given: looked_at.append(given) or real(*given))
    assert go(release).exit_code == 0
    assert outputs(release / "out") == unbroken
    assert not parsed
    ids = [int(Path(line.decode()).stem) for line in unbroken["pictures.txt"].splitlines()]
    missing = {int(line.split(b",")[0]) for line in unbroken["report/bad.csv"].splitlines() if b"missing" in line}
    again = sum(id in missing for id in ids[: 4 * batches])  # it may have been fetched meanwhile
    assert len(looked_at) == len(ids) - 4 * batches + again


def test_what_was_half_written_is_thrown_away(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_after(patch, spool, 5)
        go(release)
    work = release / "out" / ".import"
    for name in ("records", "tags", "names", "bad.csv"):
        with (work / name).open("ab") as file:
            file.write(b"half a block, of no")
    journal = (work / "journal.jsonl").read_bytes()
    (work / "journal.jsonl").write_bytes(journal + journal.splitlines()[-1][:40])
    with monkeypatch.context() as patch:
        stop_after(patch, pictures, 2)
        assert go(release).exit_code == 130
    checked = (work / "pictures.jsonl").read_bytes()
    (work / "pictures.jsonl").write_bytes(checked[:-25])
    assert go(release).exit_code == 0
    assert outputs(release / "out") == unbroken


def test_an_import_whose_files_were_lost_begins_anew(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("records", "tags", "names"):
        with monkeypatch.context() as patch:
            stop_after(patch, spool, 6)
            go(release, name)
        lost = release / name / ".import" / name
        lost.write_bytes(lost.read_bytes()[:-1])
        assert go(release, name).exit_code == 0
        assert outputs(release / name) == unbroken


def test_a_full_disk_ends_in_one_line_and_goes_on(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_after(patch, spool, 3, OSError(28, "No space left on device"))
        full = go(release)
    assert full.exit_code == 1
    assert "No space left on device" in full.output
    assert go(release).exit_code == 0
    assert outputs(release / "out") == unbroken


def test_the_number_of_workers_may_change(
    release: Path, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_after(patch, spool, 4)
        assert go(release, workers=2).exit_code == 130
    assert go(release, workers=2).exit_code == 0
    assert outputs(release / "out") == unbroken


def test_a_killed_process_leaves_what_the_next_goes_on_from(release: Path, unbroken: dict[str, bytes]) -> None:
    code = (
        "import time; from textrm.importers.danbooru import __main__, shards, spool\n"
        "shards.BLOCK = 5000; take = spool.Spool._take\n"
        "spool.Spool._take = lambda *given: (time.sleep(0.1), take(*given))[1]\n"
        "__main__.main()"
    )
    arguments = ["out", "--metadata", "metadata", "--pictures", "512px", *map(str, OPTIONS), "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=release, env=environment)
    journal = release / "out" / ".import" / "journal.jsonl"
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 4):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert b'"done": true' not in journal.read_bytes()
    assert go(release).exit_code == 0
    assert outputs(release / "out") == unbroken


def test_other_filters_or_files_are_refused_until_restarted(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        stop_after(patch, spool, 5)
        go(release)
    for options, told in (
        (("--min-tags", 3), "--min-tags 2, not 3"),
        (("--rating", "s,e"), "--rating ['s'], not ['s', 'e']"),
        (("--category", "artist"), "--category ['general'], not ['artist']"),
        (("--blacklist", "tag3"), "--blacklist [], not ['tag3']"),
        (("--deleted",), "--deleted False, not True"),
        (("--metadata", pack(release / "more", b"{}")), "other metadata files"),
    ):
        refused = go(release, "out", *options)
        assert refused.exit_code == 1
        assert told in refused.output
        assert "--restart" in refused.output
    pack(release / "metadata" / "0001", text(random_records(30)))
    changed = go(release)
    assert changed.exit_code == 1
    assert "0001 has changed since" in changed.output
    assert go(release, "out", "--restart").exit_code == 0
    assert go(release, "new").exit_code == 0
    assert outputs(release / "out") == outputs(release / "new")


def test_what_the_metadata_is_not_read_for_may_change(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = ("--top-tags", 5, "--top-pictures", 9, "--split", "1,1,1", "--seed", 4)
    with monkeypatch.context() as patch:
        stop_after(patch, pictures, 2)
        assert go(release).exit_code == 130
    parsed = count_calls(monkeypatch)
    assert go(release, "out", *later).exit_code == 0
    assert not parsed
    assert go(release, "new", *later).exit_code == 0
    assert outputs(release / "out") == outputs(release / "new")


def test_a_worker_that_dies_is_told(release: Path) -> None:
    with pytest.raises(Exception, match="one of 2 worker processes was killed"):
        list(pictures.in_order(os._exit, [1, 1, 1], 2))


def blocks_of(release: Path) -> list[shards.Block]:
    files = shards.find_files([release / "metadata"], release / "out")
    return list(shards.read_blocks(files, shards.Position()))


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[shards.Block]:
    """The blocks that are parsed from now on."""
    parsed: list[shards.Block] = []
    real = spool.parse_block
    monkeypatch.setattr(spool, "parse_block", lambda filters, block: parsed.append(block) or real(filters, block))
    return parsed
