// Turns what a mouse, a pen, a finger or the arrow keys do on the canvas into strokes, ways and clicks.

const TAP = 4; // pixels of the screen within which a press is a click
const FEWEST = 0.2; // of the brush's radius, with a pen that is hardly pressed
const ERASER = 32; // the bit of a pen's other end

export class Pen {
  // `stroke` gets each finished stroke, `click` each click that was no way, with its event.
  constructor(view, stroke, click) {
    Object.assign(this, { view, stroke, click, tool: "look", radius: 12, hand: null, way: null, keyed: null });
    this.fingers = new Map(); // where each is on the screen
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.drop(event));
    canvas.addEventListener("pointerleave", () => this.hand || this.way || this.circle(null));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  use(tool) {
    this.lift();
    this.tool = tool;
    this.view.canvas.className = tool === "look" ? "looking" : "painting";
    this.circle(null);
  }

  down(event) {
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      if (this.fingers.size > 1) this.way = null; // two fingers make no way and no click
    }
    if (this.fingers.size > 1) return this.view.canvas.setPointerCapture(event.pointerId);
    if (!this.view.page || this.hand || this.way) return;
    this.view.canvas.focus({ preventScroll: true });
    this.view.canvas.setPointerCapture(event.pointerId);
    const paints = this.tool !== "look" && event.pointerType !== "touch" && (event.button === 0 || event.buttons & ERASER);
    if (paints) {
      this.lift();
      this.hand = { adds: this.tool === "brush" && !(event.buttons & ERASER), points: [], id: event.pointerId };
      this.view.strokes.push(this.hand);
      this.mark(event);
    } else {
      this.way = { x: event.clientX, y: event.clientY, far: 0, id: event.pointerId };
    }
  }

  moved(event) {
    if (this.fingers.size > 1 && this.fingers.has(event.pointerId)) return this.pinch(event);
    if (this.hand?.id === event.pointerId) {
      for (const one of event.getCoalescedEvents?.() ?? [event]) this.mark(one);
    } else if (this.way?.id === event.pointerId) {
      const [across, down] = [this.way.x - event.clientX, this.way.y - event.clientY];
      this.way.far += Math.abs(across) + Math.abs(down);
      if (this.way.far > TAP) this.view.pan(across, down);
      Object.assign(this.way, { x: event.clientX, y: event.clientY });
    }
    this.circle(this.tool === "look" || event.pointerType === "touch" ? null : this.view.place(event));
  }

  // Two fingers: what is under their middle stays there, and grows as they part.
  pinch(event) {
    const [x, y, far] = this.spread();
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const [right, low, farther] = this.spread();
    const frame = this.view.canvas.getBoundingClientRect();
    this.view.pan(x - right, y - low);
    if (far && farther) this.view.zoom((this.view.scale * farther) / far, right - frame.left, low - frame.top);
  }

  // The middle of the first two fingers, and how far apart they are.
  spread() {
    const [[a, b], [c, d]] = this.fingers.values();
    return [(a + c) / 2, (b + d) / 2, Math.hypot(a - c, b - d)];
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (this.hand?.id === event.pointerId) {
      const stroke = this.hand;
      this.hand = null;
      this.finish(stroke);
    } else if (this.way?.id === event.pointerId) {
      if (this.way.far <= TAP && event.button === 0) this.click(event);
      this.way = null;
    }
  }

  // A stroke that the system took away, as for a gesture, is none.
  drop(event) {
    this.fingers.delete(event.pointerId);
    this.view.strokes = this.view.strokes.filter((stroke) => stroke !== this.hand);
    this.hand = this.way = null;
    this.view.draw();
  }

  finish(stroke) {
    const round = (value) => Math.round(value * 100) / 100;
    stroke.points = stroke.points.map((point) => point.map(round));
    this.stroke(stroke);
  }

  mark(event) {
    const pressed = event.pointerType === "pen" && event.pressure ? FEWEST + (1 - FEWEST) * event.pressure : 1;
    const [x, y] = this.view.place(event);
    const radius = Math.max(0.5, this.radius * pressed);
    const last = this.hand.points.at(-1);
    if (last && Math.hypot(last[0] - x, last[1] - y) < 0.5 && Math.abs(last[2] - radius) < 0.5) return;
    this.hand.points.push([x, y, radius]);
    this.view.draw();
  }

  circle(place) {
    this.view.ring = place && { x: place[0], y: place[1], radius: this.radius, adds: this.tool === "brush" };
    this.view.draw();
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 20 : 1;
    if (event.ctrlKey || event.metaKey) {
      const frame = this.view.canvas.getBoundingClientRect();
      const factor = Math.exp(-Math.max(-100, Math.min(100, event.deltaY * lines)) / 200);
      this.view.zoom(this.view.scale * factor, event.clientX - frame.left, event.clientY - frame.top);
    } else {
      const [across, down] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
      this.view.pan(across * lines, down * lines);
    }
  }

  // With keys: the brush moves in steps of half its radius, one pixel with `fine`, and paints while it is down.
  step(across, down, fine) {
    const { view } = this;
    if (!view.page) return;
    const start = view.ring ?? { x: view.x + view.width / 2 / view.scale, y: view.y + view.height / 2 / view.scale };
    const size = fine ? 1 : Math.max(1, this.radius / 2);
    const place = [start.x + across * size, start.y + down * size];
    this.circle(place);
    this.keyed?.points.push([...place, this.radius]);
    view.reveal([place[0] - this.radius, place[1] - this.radius, place[0] + this.radius, place[1] + this.radius]);
  }

  // Sets the brush down where it is, or lifts it.
  press() {
    if (this.tool === "look" || !this.view.page) return;
    if (this.keyed) return this.lift();
    this.step(0, 0);
    const { x, y } = this.view.ring;
    this.keyed = { adds: this.tool === "brush", points: [[x, y, this.radius]] };
    this.view.strokes.push(this.keyed);
    this.view.draw();
  }

  lift() {
    const stroke = this.keyed;
    this.keyed = null;
    if (stroke) this.finish(stroke);
  }
}
