"""Moved to :mod:`textrm.importers`; the commands of earlier versions go on working."""
