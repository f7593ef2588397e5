"""The command ``textrm``, also ``python -m textrm``: one name for all that can be done.

What a sub-command needs is imported when it runs: the list of them is there at once, and cleaning loads no torch.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from textrm import __version__
from textrm.command_line import Mistake, OneLineCommand, did_you_mean

CONTEXT = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Entry:
    """A sub-command: its ``module``, what it does in a line, and whether it has a configuration of Hydra's."""

    module: str
    told: str
    configured: bool = False

    def command(self, name: str) -> click.Command:
        """The command, its module imported; one with a configuration reads its words itself when it runs.

        Raises:
            Mistake: when an extra is not installed.
        """
        if not self.configured:
            try:
                found: click.Command = import_module(self.module).main
            except ModuleNotFoundError as error:
                raise Mistake(str(error)) from error
            return found
        words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
        settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
        return OneLineCommand(name, settings, self._run, [words], add_help_option=False)

    def _run(self, words: tuple[str, ...]) -> None:
        """As ``python -m`` does it: launchers and processes of a training start this module again by its name."""
        sys.argv = [self.module, *words]
        runpy.run_module(self.module, run_name="__main__", alter_sys=True)


class Commands(OneLineCommand, click.Group):
    """Sub-commands that are listed and completed without being imported."""

    def __init__(self, name: str, entries: Mapping[str, Entry | Commands], told: str) -> None:
        super().__init__(name, context_settings=CONTEXT, help=told)
        self.entries, self.told = entries, told

    def list_commands(self, context: click.Context) -> list[str]:
        """The names, in the order in which they are told."""
        return list(self.entries)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The one of this name, imported; None where there is none."""
        entry = self.entries.get(name)
        return entry.command(name) if isinstance(entry, Entry) else entry

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As of click, but for a name that is none the nearest one is told."""
        if words[0] not in self.entries and not words[0].startswith("-"):
            hint = did_you_mean(words[0], self.entries)
            raise Mistake(f"{context.command_path} {words[0]}: no such command; {hint}")
        return super().resolve_command(context, words)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """A line for each."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.told) for name, entry in self.entries.items()])

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names that begin so, and options."""
        named = [
            CompletionItem(name, help=entry.told) for name, entry in self.entries.items() if name.startswith(incomplete)
        ]
        return named + click.Command.shell_complete(self, context, incomplete)


IMPORTERS = {
    "pairs": Entry("textrm.importers.pairs", "Lettered pictures and the same ones cleaned."),
    "captioned": Entry("textrm.importers.captioned", "Text-free pictures, lettered as memes."),
    "drawings": Entry("textrm.importers.drawings", "Pages without lettering, of drawings."),
    "danbooru": Entry("textrm.importers.danbooru.__main__", "Tagged pictures of a Danbooru release."),
    "imgflip575k": Entry("textrm.importers.imgflip575k.__main__", "Memes and their templates of ImgFlip575K."),
}
ENTRIES: dict[str, Entry | Commands] = {
    "clean": Entry("textrm.infer", "Remove the lettering from pages and books."),
    "tag": Entry("textrm.tag", "Print tags that say what pages show."),
    "prepare": Entry("textrm.preprocess", "Put pictures into one shape, ready for a net."),
    "restore": Entry("textrm.postprocess", "Put cleaned pictures back into their originals."),
    "review": Entry("textrm.review.__main__", "Check pages in a browser, correct and export them."),
    "export": Entry("textrm.export", "Write the net of a run as an ONNX file.", configured=True),
    "evaluate": Entry("textrm.evaluate", "Measure how well pages are cleaned, filled or tagged.", configured=True),
    "report": Entry("textrm.report.__main__", "Summarise runs in tables, plots and a page."),
    "synth": Entry("textrm.synth", "Draw lettered pages with exact masks.", configured=True),
    "shards": Entry("textrm.data.shards.__main__", "Pack the pictures of a manifest into tars."),
    "convert": Entry("textrm.data.convert", "Convert a manifest to CSV, Parquet or Arrow."),
    "train": Entry("textrm.train", "Train a net.", configured=True),
    "import": Commands("import", IMPORTERS, "Make a manifest of real pictures."),
}
main = Commands("textrm", ENTRIES, "Remove lettering from pictures, and train the nets that do it.")
click.version_option(__version__, prog_name="textrm")(main)

if __name__ == "__main__":
    main(prog_name="textrm")
