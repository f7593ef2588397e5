"""Other tools that take lettering out, on the same pages."""
