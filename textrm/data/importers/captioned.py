"""Moved to :mod:`textrm.importers.captioned`; the command of earlier versions goes on working."""

from textrm.importers.captioned import main

if __name__ == "__main__":
    main()
