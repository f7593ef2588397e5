"""Moved to :mod:`textrm.importers.danbooru`; the command of earlier versions goes on working."""

from textrm.importers.danbooru.__main__ import main

if __name__ == "__main__":
    main()
