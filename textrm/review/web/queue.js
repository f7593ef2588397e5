// Changes go to the server in their order: strokes at once, since a newer one breaks off the filling of what it lies
// over; all else when those before it are answered.

import { ask } from "./api.js";

const MOST = 3; // strokes under way: a browser keeps six connections, and pictures need some

export class Queue {
  // `done` gets each answer with the strokes it is about, `failed` each error.
  constructor(done, failed) {
    Object.assign(this, { done, failed, waiting: [], busy: false, strokes: new Set() });
  }

  // A change of a page: `what` is strokes, undo, redo, word, kind, checked or save; `body()` is made when its turn comes.
  add(number, what, body) {
    this.waiting.push({ number, what, body });
    if (!this.busy) this.work();
  }

  get idle() {
    return !this.busy && !this.waiting.length && !this.strokes.size;
  }

  async work() {
    this.busy = true;
    while (this.waiting.length) {
      const { number, what, body } = this.waiting.shift();
      if (what === "strokes" && this.strokes.size < MOST) {
        const sent = this.send(number, what, body()).finally(() => this.strokes.delete(sent));
        this.strokes.add(sent);
        continue;
      }
      await Promise.all(this.strokes);
      await this.send(number, what, body());
    }
    this.busy = false;
  }

  async send(number, what, given) {
    try {
      this.done(await ask(`pages/${number}/${what}`, given), what, given);
    } catch (error) {
      this.failed(error, number, given);
    }
  }
}
