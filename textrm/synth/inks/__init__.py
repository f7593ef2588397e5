"""How set text is coloured: looks, effects, faint tones, plates behind it."""
