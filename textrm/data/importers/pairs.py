"""Moved to :mod:`textrm.importers.pairs`; the command of earlier versions goes on working."""

from textrm.importers.pairs import main

if __name__ == "__main__":
    main()
