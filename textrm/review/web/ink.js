// Strokes that are not filled yet: on a layer of their own, so that they are evenly transparent.

const layer = document.createElement("canvas");

// Draws strokes with points of x, y and radius, each of the colour that `colour` says, as `context` is transformed.
export function drawInk(context, strokes, colour) {
  [layer.width, layer.height] = [context.canvas.width, context.canvas.height]; // which clears it
  const ink = layer.getContext("2d");
  const transform = context.getTransform();
  ink.setTransform(transform);
  ink.lineCap = "round";
  for (const stroke of strokes) {
    ink.strokeStyle = colour(stroke);
    stroke.points.forEach(([x, y, radius], number) => {
      const [a, b] = stroke.points[number - 1] ?? [x, y];
      ink.lineWidth = radius * 2;
      ink.beginPath();
      ink.moveTo(a, b);
      ink.lineTo(x + 0.001, y);
      ink.stroke();
    });
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.5;
  context.drawImage(layer, 0, 0);
  context.globalAlpha = 1;
  context.setTransform(transform);
}
