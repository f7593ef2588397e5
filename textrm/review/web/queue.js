// Changes go to the server one after another, in their order; strokes that wait go together.

import { ask } from "./api.js";

export class Queue {
  // `done` gets each answer with the strokes it is about, `failed` each error.
  constructor(done, failed) {
    Object.assign(this, { done, failed, waiting: [], busy: false });
  }

  // A change of a page: `what` is strokes, undo, redo, word, checked or save; `body()` is made when its turn comes.
  add(number, what, body) {
    this.waiting.push({ number, what, body });
    if (!this.busy) this.work();
  }

  get idle() {
    return !this.busy && !this.waiting.length;
  }

  async work() {
    this.busy = true;
    while (this.waiting.length) {
      const { number, what, body } = this.waiting.shift();
      const given = body();
      while (what === "strokes" && this.waiting[0]?.what === "strokes" && this.waiting[0].number === number) {
        given.strokes.push(...this.waiting.shift().body().strokes);
      }
      try {
        this.done(await ask(`pages/${number}/${what}`, given), what, given);
      } catch (error) {
        this.failed(error, number, given);
      }
    }
    this.busy = false;
  }
}
