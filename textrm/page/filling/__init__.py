"""The fill: what stands where lettering was."""
