"""Every command of the README and of ``docs/`` runs, in the order of the site, in one folder and on small pictures.

Longer than other files: commands read what earlier ones wrote, so that all pages are followed by one reader.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import cv2
import numpy as np
import pytest
import yaml
from exported_once import ExportedOnce
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from imgflip_dataset import write_dataset

from textrm.__main__ import ENTRIES, Entry
from textrm.export import graph
from textrm.export import run as export_run
from textrm.runs.config import CONFIG_FOLDER

ROOT = Path(__file__).resolve().parent.parent
INSTALLS = ("pip", "apt-get", "make")  # what continuous integration itself does, and what needs root


def pages_of(nav: list) -> list[str]:
    """The pages of a navigation of the site, in its order, that lie in ``docs/``."""
    found: list[str] = []
    for entry in nav:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += pages_of(value) if isinstance(value, list) else [value]
    return [page for page in found if not page.startswith("repository/")]


PAGES = ["README.md", *(f"docs/{page}" for page in pages_of(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]))]
TEXTS = {page: (ROOT / page).read_text().replace("\\\n", " ") for page in PAGES}
ALL = [(page, shlex.split(line)) for page, text in TEXTS.items()
       for line in re.findall(r"^\s*\$ (.+)$", text, flags=re.MULTILINE)]  # fmt: skip
PLACES = [(page, command) for page, command in ALL if command[0] not in INSTALLS]
COMMANDS = [command for _, command in PLACES]

# Makes a command short; what it reads and writes stays as the page says.
SMALL = {
    "textrm.train": [  # one thread: several wait for each other where a machine is busy
        "threads=1",
        "data.workers=0", "data.batch_size=2", "data.crop=64", "data.samples_per_epoch=2",
        "+trainer.limit_val_batches=1", "+trainer.limit_test_batches=1", "trainer.accelerator=cpu",
        "callbacks.progress=null", "callbacks.pictures.pictures=1", "callbacks.costs.cpu_threads=null",
    ],
    "textrm.export": [],
    "textrm.evaluate": [],
    "textrm.synth": ["size=96", "workers=1"],
    "textrm.data.convert": [],
    "textrm.data.shards": ["--workers", "1"],
    "textrm.importers.pairs": [],
    "textrm.importers.captioned": ["--size", "96", "--workers", "1"],
    "textrm.importers.imgflip575k": ["--per-template", "3", "--workers", "1"],
    "textrm.preprocess": [],
    "textrm.postprocess": [],
    "textrm.infer": ["--threads", "1"],
    "textrm.tag": ["--threads", "1"],
    "textrm.report": [],
}  # fmt: skip


def words_of(command: list[str]) -> list[str]:
    """The arguments of ``python -m module …``, with what makes it short."""
    module, given = command[2], command[3:]
    words = [*given, *SMALL[module]]
    if module == "textrm.train":
        words += ["data.crop=512"] if "experiment=fine_tune" in given else []  # the look from furthest away is 64 px
        words += ["trainer.max_epochs=2" if "ckpt_path=last" in given else "trainer.max_epochs=1"]
        experiment = next(word for word in given if word.startswith("experiment=")).removeprefix("experiment=")
        stored = any(word.startswith("data=") for word in given)
        stored |= experiment.startswith(("clean", "fine", "pretrain", "tag"))
        words += [] if stored else ["data.val.length=1"]
        words += small_net(experiment, given)
        words = [word.replace("n_trials=20", "n_trials=2") for word in words]
    if module == "textrm.synth":  # enough for each split
        words = [re.sub(r"^n=\d+$", "n=24", word) for word in words]
    if module == "textrm.importers.captioned":
        words[words.index("--n") + 1] = "24"
    if "int8=true" in given:  # a net that learnt nothing has no accuracy to lose
        words += ["crops=2", "crop=64", "force=true"]
    return words


def small_net(experiment: str, given: list[str]) -> list[str]:
    """Of the same kind, but narrow and flat: exporting takes a time that grows with the number of layers."""
    if "weights=released" in given:  # which are of the net as it is
        return []
    if experiment.startswith("clean"):
        parts = ("find", "paint") if "net=clean_cascade" in given else ("unet",)
        return [f"net.{part}.{word}" for part in parts for word in ("channels=[8]", "blocks=[1]")]
    if experiment.startswith("inpaint"):
        return ["net.width=0.125", "net.levels=2"]
    words = ["net.encoder.width=0.125"]
    if experiment != "seg_mobilenet":  # the number of whose blocks is fixed
        words += ["net.encoder.middle_blocks=0", "net.encoder.exit_blocks=0"]
    if experiment.startswith("seg"):
        pooling = ["net.pooling._target_=textrm.nets.segmentation.pooling.Pointwise", "net.pooling.out_channels=16"]
        return [*words, *pooling, "net.decoder.channels=16"]
    return [*words, "net.channels=16", *(["net.hidden=16"] if experiment == "tag_attention" else [])]


def run(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``command`` does, in this process: the imports of a new one would take longer than the work."""
    monkeypatch.setattr(sys, "argv", [command[2], *words_of(command)])
    try:
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code:
            pytest.fail(f"{command}: {end.code}")
    finally:
        GlobalHydra.instance().clear()


def visit(words: list[str]) -> None:
    """Start a review, and open the address that it prints."""
    with subprocess.Popen([sys.executable, "-m", "textrm", *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with urlopen(process.stdout.readline().strip()) as page:
            assert b"<title>textrm review</title>" in page.read()
        process.terminate()
    assert process.returncode == 143


def own_pictures(drawn: Path, home: Path) -> None:
    """Into the folder ``home``: what a reader of the pages has."""
    pictures = sorted((drawn.parent / "image").iterdir())
    for folder in ("pages", "newbook", "memes"):
        (home / folder).mkdir()
        for picture in pictures:
            shutil.copy(picture, home / folder / f"{folder}-{picture.name}")
    (home / "series").mkdir()
    for book, some in (("book.cbz", pictures[:2]), ("series/1.epub", pictures[2:4])):
        with zipfile.ZipFile(home / book, "w") as archive:
            for picture in some:
                archive.write(picture, picture.name)
    for folder in ("missed", "spoilt"):  # masks of the first page, painted on a layer and in black and white
        (home / folder).mkdir()
        mask = np.zeros((128, 128, 4), np.uint8)
        mask[90:110, 10:60] = (0, 0, 255, 255) if folder == "missed" else 255
        picture = mask if folder == "missed" else mask[..., :3]
        cv2.imwrite(str(home / folder / f"pages-{pictures[0].stem}.png"), picture)
    shutil.copytree(drawn.parent / "clean", home / "photos")
    write_dataset(home / "ImgFlip575K_Dataset")
    # Where most contours are those of letters, a pair does not look like one.
    lettered = [path for path in pictures if 1 < cv2.imread(str(drawn.parent / "mask" / path.name)).mean() < 40]
    assert len(lettered) >= 10
    for number, picture in enumerate(lettered[:10]):
        for role, folder in (("raw", "image"), ("cleaned", "clean")):
            target = home / role / f"book{number // 2}" / picture.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(drawn.parent / folder / picture.name, target)


@dataclass
class Reader:
    """Works through the pages in the folder ``home``: the first ``done`` commands have been tried.

    What one command exports, another may export again.
    """

    home: Path
    export: ExportedOnce
    done: int = 0

    def follow(self, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Run the command at ``place``, and before it those that it may need and that were not run yet."""
        monkeypatch.chdir(self.home)
        for module in (graph, export_run):
            monkeypatch.setattr(module, "export", self.export)
        while self.done <= place:
            self.done += 1
            command = COMMANDS[self.done - 1]
            if command[:2] == ["textrm", "review"]:  # a server: asked for its page
                visit(command[1:])
                continue
            if command[0] == "textrm":
                entry = ENTRIES[command[1]]
                assert isinstance(entry, Entry)
                command = ["python", "-m", entry.module, *command[2:]]
            if command[0] == "tensorboard":  # a server: asked what it finds instead
                inspect = [sys.executable, "-m", "tensorboard.main", *command[1:], "--inspect"]
                found = subprocess.run(inspect, capture_output=True, text=True, check=True).stdout
                assert "val/AP" in found
                continue
            assert command[:2] == ["python", "-m"], command
            run(command, monkeypatch)


@pytest.fixture(scope="module")
def reader(drawn: Path, exported_once: ExportedOnce, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    home = tmp_path_factory.mktemp("reader")
    own_pictures(drawn, home)
    return Reader(home, exported_once)


def name_of(place: int) -> str:
    page, command = PLACES[place]
    return f"{page}-{place}-{command[2] if command[0] == 'python' else ' '.join(command[:2])}"


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(COMMANDS)), ids=name_of)
def test_the_command_runs(place: int, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.follow(place, monkeypatch)


@pytest.mark.slow
def test_what_the_commands_leave(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.follow(len(COMMANDS) - 1, monkeypatch)
    inputs = [*Path("pages").glob("pages-*"), *Path("newbook").iterdir(), *Path("pages/image").iterdir()]
    names = [*(path.name for path in inputs), "sheet", "sheet.html"]
    assert sorted(path.name for path in Path("clean").iterdir()) == sorted(names)
    assert sorted(path.name for path in Path("cleaned").iterdir() if path.is_file()) == ["1.epub", "book.cbz"]
    mended = [path.name for path in Path("mended").iterdir()]
    assert sorted(mended) == sorted(path.name for path in Path("pages").glob("pages-*"))
    assert (Path("mended") / mended[0]).read_bytes() == (Path("found") / mended[0]).read_bytes()
    assert "12 finished" in Path("multirun/seg_xception/report/results.md").read_text()
    assert len(yaml.safe_load(Path("multirun/optuna_lr/search.yaml").read_text())["trials"]) == 2
    assert len(list(Path("filled").iterdir())) == len(list(Path("pages/image").iterdir()))
    assert len(list(Path("seen").iterdir())) == len(list(Path("pages/image").iterdir()))
    for folder in ("templates", "restored"):
        assert sorted(path.name for path in Path(folder).iterdir()) == sorted(
            path.name for path in Path("memes").iterdir()
        )
    for written in ("first.onnx", "first.int8.onnx", "mine.onnx", "report/summary.csv", "report/sheet.png",
                    "fills/fills.csv", "tags/taggers.csv", "looks.onnx", "fills/fills.png", "partial.onnx",
                    "methods/summary.csv", "methods/sheet.png", "imgflip512/manifest.csv", "drawn/sheet.png",
                    "mine/manifest.csv", "runs/mixed/checkpoints/best.ckpt",
                    "mine/manifest.arrow", "runs/sharded/checkpoints/best.ckpt", "many/manifest.csv",
                    "many/pages-00000.tar", "runs/tuned/checkpoints/best.ckpt",
                    "runs/tuned_fill/checkpoints/best.ckpt", "runs/later/checkpoints/best.ckpt"):  # fmt: skip
        assert Path(written).is_file(), written


def test_every_command_has_a_case() -> None:
    named = {command[2] for command in COMMANDS if command[0] == "python"}
    assert named | {"textrm.infer", "textrm.tag"} == set(SMALL)
    assert {command[0] for command in COMMANDS} == {"python", "textrm", "tensorboard"}
    assert {command[1] for command in COMMANDS if command[0] == "textrm"} == {"clean", "review", "tag"}
    assert ["python", "-m", "textrm.train", "experiment=seg_xception"] in [command for _, command in ALL]
    assert "make test" in TEXTS["README.md"]  # what continuous integration runs


def test_every_extra_that_is_installed_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {extra for text in TEXTS.values() for extra in re.findall(r"pip install[^`\n]*\.\[(\w+)\]", text)}
    assert {"train", "sweeps", "benchmarks", "notebooks"} <= named <= set(extras)


@pytest.mark.parametrize("page", ["textrm/weights/README.md", "data/README.md"])
def test_the_training_commands_of_other_pages_are_composed(page: str) -> None:
    commands = re.findall(r"python -m textrm\.train (.+)$", (ROOT / page).read_text(), flags=re.MULTILINE)
    assert commands
    for command in commands:
        with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
            compose("train", shlex.split(command))


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    inline = [target for text in TEXTS.values() for target in re.findall(r"`make (\w+)`", text)]
    targets = {*inline, *(command[1] for _, command in ALL if command[0] == "make")}
    assert targets == {"demo", "docs", "test"}
    for target in targets:
        assert f"\n{target}:" in makefile
