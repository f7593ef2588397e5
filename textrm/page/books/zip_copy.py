"""Copies a ZIP archive with some members replaced, byte for byte in all else.

What Python's zipfile writes would be read as the same, but names in old encodings, fields of other programs and the
packed bytes would be others.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from textrm.errors import UserError
from textrm.printable import printable

_LOCAL = struct.Struct("<4s5H3L2H")  # before each member: …, flags, method, time, date, checksum, sizes, lengths
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # in the list at the end
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_LARGE = 0xFFFFFFFF  # stands where a number needs 64 bits
_FIELD_64 = 1  # the extra field that has it then
_IN_UTF_8 = 1 << 11  # a flag: the name is
_SIZES_FOLLOW = 8  # a flag: checksum and sizes stand behind the member
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_PART = 1 << 20  # bytes in memory at a time


def copy_zip(archive: zipfile.ZipFile, source: BinaryIO, target: BinaryIO, replaced: Mapping[int, Path]) -> None:
    """Write the archive to ``target``, which is empty, with files in the place of the members of these numbers.

    Bytes between members and before the first one are left out. Members keep their place in the file, where EPUB has
    a certain one first, and in the list.

    Args:
        archive: the archive, for what its list says.
        source: its file.
        target: to write to.
        replaced: files by the numbers of members in the list.

    Raises:
        UserError: when it is damaged.
        OSError: when ``target`` cannot be written.
    """
    infos = archive.infolist()
    source.seek(archive.start_dir)
    records = [_record(source, info) for info in infos]
    for number in sorted(range(len(infos)), key=lambda number: infos[number].header_offset):
        _copy_member(infos[number], records[number], source, target, replaced.get(number))
    start = target.tell()
    target.writelines(records)
    _write_end(target, len(records), start, archive.comment)


def _record(source: BinaryIO, info: zipfile.ZipInfo) -> bytearray:
    head = source.read(_CENTRAL.size)
    if len(head) < _CENTRAL.size or head[:4] != b"PK\1\2":
        raise UserError("the list of its members is damaged")
    name, extra, comment = struct.unpack_from("<3H", head, 28)
    rest = source.read(name + extra + comment)
    named = rest[:name].decode("utf-8" if info.flag_bits & _IN_UTF_8 else "cp437", "replace")
    if named != info.orig_filename or rest[name:] != info.extra + info.comment:
        raise UserError("the list of its members is damaged")  # an entry reaches beyond its end
    return bytearray(head + rest)


def _copy_member(
    info: zipfile.ZipInfo, record: bytearray, source: BinaryIO, target: BinaryIO, other: Path | None
) -> None:
    """Write a member, and into its ``record`` where it is, and its sizes."""
    start = target.tell()
    source.seek(info.header_offset)
    head = source.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
        raise UserError(f"its member {printable(info.filename)} is damaged")
    fields = list(_LOCAL.unpack(head))
    name, extra = source.read(fields[9]), _without_64(source.read(fields[10]))
    fields[2] = info.flag_bits & ~_SIZES_FOLLOW  # where the two places do not agree, the list was read
    fields[6:9], fields[10] = (info.CRC, info.compress_size, info.file_size), len(extra)
    if other is not None:
        fields[3] = info.compress_type if info.compress_type in (_STORED, _DEFLATED) else _DEFLATED
    target.write(_LOCAL.pack(*fields) + name + extra)
    if other is None:
        _copy(source, target, info.compress_size)
    else:
        with other.open("rb") as file:
            fields[6:9] = _pack(file, target, fields[3] == _DEFLATED)
        end = target.tell()
        target.seek(start)
        target.write(_LOCAL.pack(*fields))
        target.seek(end)
    struct.pack_into("<2H", record, 8, fields[2], fields[3])
    struct.pack_into("<3L", record, 16, *fields[6:9])
    _set_place(record, start)


def _set_place(record: bytearray, start: int) -> None:
    """Say where a member is; its sizes need 32 bits only, or it would have been refused."""
    name, extra = struct.unpack_from("<2H", record, 28)
    begin = _CENTRAL.size + name
    wide = struct.pack("<2HQ", _FIELD_64, 8, start) if start >= _LARGE else b""
    fields = wide + _without_64(bytes(record[begin : begin + extra]))
    record[begin : begin + extra] = fields
    struct.pack_into("<H", record, 30, len(fields))
    struct.pack_into("<H", record, 34, 0)  # the disk
    struct.pack_into("<L", record, 42, _LARGE if wide else start)


def _without_64(extra: bytes) -> bytes:
    """Extra fields without the one for numbers of 64 bits."""
    return b"".join(field for kind, field in _fields(extra) if kind != _FIELD_64)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at : at + 4 + length]
        at += 4 + length
    if at < len(extra):
        yield -1, extra[at:]  # whatever it is


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size:
        part = source.read(min(size, _PART))
        if not part:
            raise UserError("the archive is cut short")
        target.write(part)
        size -= len(part)


def _pack(file: BinaryIO, target: BinaryIO, deflated: bool) -> tuple[int, int, int]:
    """Write a file; returns its checksum, its packed size and its size."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS) if deflated else None
    start, checksum, size = target.tell(), 0, 0
    while part := file.read(_PART):
        checksum, size = zlib.crc32(part, checksum), size + len(part)
        target.write(packer.compress(part) if packer else part)
    if packer:
        target.write(packer.flush())
    return checksum, target.tell() - start, size


def _write_end(target: BinaryIO, count: int, start: int, comment: bytes) -> None:
    end = target.tell()
    if end >= _LARGE:
        target.write(_END_64.pack(b"PK\6\6", _END_64.size - 12, 45, 45, 0, 0, count, count, end - start, start))
        target.write(_LOCATOR_64.pack(b"PK\6\7", 0, end, 1))
    target.write(_END.pack(b"PK\5\6", 0, 0, count, count, min(end - start, _LARGE), min(start, _LARGE), len(comment)))
    target.write(comment)
