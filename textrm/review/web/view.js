// Draws the page on the canvas: before and after on two sides of the slider, the mask, the words, strokes in hand.

import { drawInk } from "./ink.js";

const GOES = "#ff0060";
const STAYS = "#00a2c7";
const DOUBTFUL = "#ff8c00";
const TINY = 24; // pixels of the screen
const LEGIBLE = 72;

export class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    Object.assign(this, { page: null, tiles: null, scale: 1, x: 0, y: 0, split: 0.5, before: false, mask: false });
    Object.assign(this, { words: true, chosen: -1, sliding: true, fitted: false, strokes: [], ring: null, waiting: false });
    this.measure();
    new ResizeObserver(() => this.measure()).observe(canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  open(page, tiles) {
    const same = this.page && this.page.number === page.number;
    Object.assign(this, { page, tiles });
    if (!same) {
      this.chosen = -1;
      this.fit();
    }
    this.draw();
  }

  // Nothing is shown, and nothing can be changed.
  close() {
    Object.assign(this, { page: null, tiles: null, chosen: -1, strokes: [], ring: null });
    this.draw();
  }

  // Lay the canvas on whole pixels of the screen: elsewhere the browser would blur it.
  measure() {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const frame = canvas.parentElement.getBoundingClientRect();
    const [left, top] = [Math.ceil(frame.left * ratio), Math.ceil(frame.top * ratio)];
    const across = Math.max(1, Math.floor(frame.right * ratio) - left);
    const down = Math.max(1, Math.floor(frame.bottom * ratio) - top);
    [this.width, this.height] = [across / ratio, down / ratio];
    if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
    canvas.style.left = `${left / ratio - frame.left}px`;
    canvas.style.top = `${top / ratio - frame.top}px`;
    canvas.style.width = `${this.width}px`;
    canvas.style.height = `${this.height}px`;
    if (this.fitted) this.fit();
    this.draw();
  }

  // The whole page; of a strip its whole width.
  fit() {
    if (!this.page) return;
    const { width, height } = this.page;
    const across = (this.width - 24) / width;
    const whole = Math.min(across, (this.height - 24) / height);
    this.scale = height > 3 * width ? Math.min(across, 1) : whole;
    this.x = width / 2 - this.width / 2 / this.scale;
    this.y = whole < this.scale ? -12 / this.scale : height / 2 - this.height / 2 / this.scale;
    this.fitted = true; // until it is moved
    this.draw();
  }

  // Larger or smaller around a point of the canvas, its middle where none is given.
  zoom(scale, across = this.width / 2, down = this.height / 2) {
    scale = Math.min(32, Math.max(1 / 64, scale));
    this.x += across / this.scale - across / scale;
    this.y += down / this.scale - down / scale;
    this.scale = scale;
    this.keep();
  }

  pan(across, down) {
    this.x += across / this.scale;
    this.y += down / this.scale;
    this.keep();
  }

  // At least the middle of the canvas stays on the page.
  keep() {
    if (!this.page) return;
    this.fitted = false;
    const within = (value, size, shown) => Math.min(size - shown / 2, Math.max(-shown / 2, value));
    this.x = within(this.x, this.page.width, this.width / this.scale);
    this.y = within(this.y, this.page.height, this.height / this.scale);
    this.draw();
  }

  // Bring a box of the page into sight; where it is too small to be judged, enlarged, to 1:1 at most.
  reveal([left, top, right, bottom]) {
    const size = Math.max(right - left, bottom - top);
    const wanted = Math.min(LEGIBLE / size, 1 / (devicePixelRatio || 1));
    if (size * this.scale < TINY && wanted > this.scale) this.zoom(wanted);
    const across = this.width / this.scale;
    const down = this.height / this.scale;
    if (left < this.x || right > this.x + across) this.x = (left + right - across) / 2;
    if (top < this.y || bottom > this.y + down) this.y = (top + bottom - down) / 2;
    this.draw();
  }

  // A point of the canvas, in pixels of the page.
  place(event) {
    const frame = this.canvas.getBoundingClientRect();
    return [this.x + (event.clientX - frame.left) / this.scale, this.y + (event.clientY - frame.top) / this.scale];
  }

  // The number of the smallest word at a place, -1 for none.
  wordAt([x, y]) {
    let found = -1;
    (this.page?.words ?? []).forEach((word, number) => {
      const shape = outline(word.polygon);
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.lineWidth = 12; // a little beside counts too
      const hit = this.context.isPointInPath(shape, x, y) || this.context.isPointInStroke(shape, x, y);
      if (hit && (found < 0 || word.area < this.page.words[found].area)) found = number;
    });
    return found;
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  drawNow() {
    const { canvas, context } = this;
    const ratio = devicePixelRatio || 1;
    const { width, height } = canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = getComputedStyle(canvas.parentElement).backgroundColor;
    context.fillRect(0, 0, width, height);
    if (!this.page) return;
    const each = this.scale * ratio;
    [this.x, this.y] = [this.x, this.y].map((value) => Math.round(value * each) / each); // pixels on pixels
    this.tiles.frame++;
    const split = this.before ? width : this.sliding ? Math.round(this.split * width) : 0;
    this.side("before", 0, split, ratio);
    this.side("after", split, width, ratio);
    if (this.mask && !this.before) this.side("mask", split, width, ratio);
    const scale = this.scale * ratio;
    context.setTransform(scale, 0, 0, scale, -this.x * scale, -this.y * scale);
    if (this.words && !this.before) this.drawWords();
    this.drawStrokes();
  }

  // One kind of picture between two columns of the canvas: while tiles are missing, coarse ones beneath them.
  side(kind, left, right, ratio) {
    if (right <= left) return;
    const { context, tiles } = this;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, this.canvas.height);
    context.clip();
    const wanted = Math.floor(Math.log2(1 / (this.scale * ratio)) + 0.01);
    const level = Math.min(tiles.top, Math.max(0, wanted));
    const whole = this.layer(kind, level, left, right, ratio);
    if (!whole && kind !== "mask" && level !== tiles.top) {
      this.layer(kind, tiles.top, left, right, ratio);
      this.layer(kind, level, left, right, ratio);
    }
    context.restore();
  }

  // Returns whether all tiles were there.
  layer(kind, level, left, right, ratio) {
    const { context, tiles, page } = this;
    let whole = true;
    const scale = this.scale * ratio;
    const side = tiles.side * 2 ** level;
    const each = scale * 2 ** level; // pixels of the canvas for one of the tile
    context.imageSmoothingEnabled = each !== 1 && each < 3;
    context.imageSmoothingQuality = "high";
    const first = (start, from) => Math.max(0, Math.floor((from + start / scale) / side));
    const last = (end, from, size) => Math.min(Math.ceil(size / side), Math.ceil((from + end / scale) / side));
    for (let row = first(0, this.y); row < last(this.canvas.height, this.y, page.height); row++) {
      for (let column = first(left, this.x); column < last(right, this.x, page.width); column++) {
        const picture = tiles.get(kind, level, column, row);
        if (!picture) {
          whole = false;
          continue;
        }
        // Rounded edges: neighbours meet without a seam, and at 1:1 every pixel is one.
        const at = (value, from) => Math.round((value - from) * scale);
        const x = at(column * side, this.x);
        const y = at(row * side, this.y);
        const across = at(Math.min((column + 1) * side, page.width), this.x) - x;
        const down = at(Math.min((row + 1) * side, page.height), this.y) - y;
        context.drawImage(picture, x, y, across, down);
      }
    }
    return whole;
  }

  drawWords() {
    const { context } = this;
    this.page.words.forEach((word, number) => {
      const chosen = number === this.chosen;
      const colour = word.goes ? GOES : word.doubtful ? DOUBTFUL : STAYS;
      const shape = outline(word.polygon);
      const wide = (chosen ? 3 : 1.5) / this.scale;
      context.lineJoin = "round";
      context.setLineDash(word.goes ? [] : [wide * 4, wide * 3]);
      context.lineWidth = wide * 2;
      context.strokeStyle = "#fffb";
      context.stroke(shape);
      context.lineWidth = wide;
      context.strokeStyle = colour;
      context.stroke(shape);
      if (chosen) {
        context.fillStyle = `${colour}28`;
        context.fill(shape);
      }
    });
    context.setLineDash([]);
  }

  drawStrokes() {
    const { context } = this;
    if (this.strokes.length) drawInk(context, this.strokes, (stroke) => (stroke.adds ? GOES : STAYS));
    if (this.ring) {
      const { x, y, radius, adds } = this.ring;
      for (const [wide, colour] of [[3, "#fffc"], [1.5, adds ? GOES : STAYS]]) {
        context.lineWidth = wide / this.scale;
        context.strokeStyle = colour;
        context.beginPath();
        context.arc(x, y, radius, 0, 7);
        context.stroke();
      }
    }
  }
}

function outline(polygon) {
  const path = new Path2D();
  polygon.forEach(([x, y], number) => (number ? path.lineTo(x + 0.5, y + 0.5) : path.moveTo(x + 0.5, y + 0.5)));
  path.closePath();
  return path;
}
