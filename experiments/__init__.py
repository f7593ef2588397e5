"""Studies, one folder each, and the demo."""
