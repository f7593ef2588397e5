"""How set text is coloured: dresses, effects, faint tones, plates behind it."""
