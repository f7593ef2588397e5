"""Moved to :mod:`textrm.importers.drawings`; the command of earlier versions goes on working."""

from textrm.importers.drawings import main

if __name__ == "__main__":
    main()
