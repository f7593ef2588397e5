"""What all drawings share: canvas, strokes, colours, print."""
