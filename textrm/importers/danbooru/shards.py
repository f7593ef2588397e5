"""Reads the files of a metadata release as blocks of whole lines, whatever they are packed in."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from textrm.errors import UserError

Reader: TypeAlias = "io.BufferedReader[Any]"

BLOCK = 4 << 20  # bytes of text a block has at least; more only costs memory, of which each worker holds a few blocks
LONGEST_LINE = 64 << 20  # bytes; the longest real record has some 100 000
# A release's shards have no suffix at all (2021000000000003); what else lies in the folder is not metadata.
SUFFIXES = {"", ".json", ".jsonl", ".ndjson", ".gz", ".xz", ".tar", ".tgz", ".txz"}


@dataclass(frozen=True, slots=True)
class Position:
    """How far the metadata is read: file, shard in it (a tar holds several), bytes of the unpacked shard."""

    file: int = 0
    shard: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of one shard; ``start`` and ``end`` are the places before and behind them.

    ``name`` is the shard's as shown to the user, ``read`` the bytes of the file on disk that were read so far.
    """

    name: str
    start: Position
    end: Position
    content: bytes
    read: int


def find_files(paths: Iterable[Path], out: Path) -> list[Path]:
    """The metadata files among ``paths``, in order; folders give theirs sorted by path, hidden ones are left alone.

    Raises:
        UserError: a path does not exist, a folder has no metadata, or ``out`` lies in a folder that is read.
    """
    files: list[Path] = []
    for path in (path.resolve() for path in paths):
        if path.is_dir():
            if out.is_relative_to(path):
                raise UserError(f"{out} lies in {path}, which is read: choose an output folder outside of it")
            found = sorted(file for file in path.rglob("*") if _is_shard(file.relative_to(path)) and file.is_file())
            if not found:
                raise UserError(f"{path}: has no metadata; expected files of JSON lines (plain, .gz, .xz or .tar)")
            files += found
        elif path.is_file():
            files.append(path)
        else:
            raise UserError(f"{path}: no such file or folder; expected metadata as JSON lines (plain, .gz, .xz, .tar)")
    return list(dict.fromkeys(files))


def read_blocks(files: Sequence[Path], done: Position) -> Iterator[Block]:
    """The lines of ``files`` behind the place ``done``.

    Raises:
        UserError: a packed file is damaged, or a line is longer than 64 MiB.
    """
    for number in range(done.file, len(files)):
        start = done if number == done.file else Position(number)
        try:
            with files[number].open("rb") as raw:
                yield from _file_blocks(raw, files[number].name, start)
        except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, tarfile.TarError) as error:
            raise UserError(
                f"{files[number]}: damaged or cut off ({error}); fetch it again or leave it out, and give --restart"
            ) from error


def unpacked(stream: IO[bytes]) -> Reader:
    """``stream`` without the gzip and xz around it; told by the first bytes, since names lie."""
    reader: Reader = io.BufferedReader(stream, 1 << 16)
    while True:
        first = reader.peek(6)
        if first.startswith(b"\x1f\x8b"):
            reader = io.BufferedReader(gzip.GzipFile(fileobj=reader), 1 << 16)
        elif first.startswith(b"\xfd7zXZ\x00"):
            reader = io.BufferedReader(lzma.LZMAFile(reader), 1 << 16)  # noqa: SIM115 - the file below is closed
        else:
            return reader


def _is_shard(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.parts)


def _file_blocks(raw: IO[bytes], name: str, start: Position) -> Iterator[Block]:
    reader = unpacked(raw)
    if reader.peek(262)[257:262] != b"ustar":
        yield from _shard_blocks(reader, raw, name, start)
        return
    with tarfile.open(fileobj=reader, mode="r|", bufsize=1 << 20) as tar:
        shards = (member for member in tar if member.isfile() and _is_shard(Path(member.name)))
        for number, member in enumerate(shards):
            if number >= start.shard:
                shard = tar.extractfile(member)
                assert shard is not None
                position = start if number == start.shard else Position(start.file, number)
                yield from _shard_blocks(unpacked(shard), raw, f"{name}/{member.name}", position)


def _shard_blocks(shard: Reader, raw: IO[bytes], name: str, start: Position) -> Iterator[Block]:
    if shard.raw is raw:
        shard.seek(start.offset)
    else:  # unpacking is much faster than parsing
        for past in range(0, start.offset, BLOCK):
            shard.read(min(BLOCK, start.offset - past))
    while content := shard.read(BLOCK):
        if not content.endswith(b"\n"):
            rest = shard.readline(LONGEST_LINE)
            if len(rest) == LONGEST_LINE:
                raise UserError(f"{name}: a line of more than {LONGEST_LINE >> 20} MiB; expected one record a line")
            content += rest
        end = Position(start.file, start.shard, start.offset + len(content))
        yield Block(name, start, end, content, raw.tell())
        start = end
