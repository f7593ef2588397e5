// The pictures of one page in tiles: loaded when they are drawn, loaded anew where the page has changed.

import { address } from "./api.js";

const MOST = 400; // tiles in memory, of 1 MB each

export class Tiles {
  // `loaded` is called when there is something new to draw, `failed` when a tile cannot be had.
  constructor(facts, side, levels, loaded, failed) {
    Object.assign(this, { facts, side, loaded, failed, version: facts.version });
    this.found = new Map();
    this.frame = 0; // counts drawings
    this.top = Math.max(0, Math.ceil(Math.log2(Math.max(facts.width, facts.height) / side)));
    this.top = Math.min(this.top, levels - 1); // the level at which the page is one tile, or few
  }

  // The picture of a tile, the one before where the new one is not there yet, null where none is.
  get(kind, level, column, row) {
    const key = `${kind}/${level}/${column}/${row}`;
    let tile = this.found.get(key);
    if (!tile) tile = { wanted: this.version, has: null, asked: null, picture: null };
    tile.frame = this.frame;
    this.found.delete(key);
    this.found.set(key, tile); // the latest at the end
    if (tile.asked !== tile.wanted) this.load(key, tile);
    if (this.found.size > MOST) this.found.delete(this.found.keys().next().value);
    return tile.picture;
  }

  load(key, tile) {
    const version = (tile.asked = tile.wanted);
    const picture = new Image();
    picture.onload = () => {
      if (tile.has !== null && tile.has > version) return;
      tile.picture = picture;
      tile.has = version;
      this.loaded();
    };
    picture.onerror = () => this.failed();
    picture.src = address(`pages/${this.facts.number}/${key}.png?v=${version}`);
  }

  // Whether all that is in sight is there.
  get settled() {
    return [...this.found.values()].every((tile) => tile.frame !== this.frame || tile.has === tile.wanted);
  }

  // What shows the box, in pixels of the page, is old now; null for all.
  touch(box, version) {
    this.version = version;
    for (const [key, tile] of this.found) {
      const [kind, level, column, row] = key.split("/");
      const side = this.side * 2 ** level;
      const [left, top, right, bottom] = box ?? [0, 0, Infinity, Infinity];
      const within = left < (+column + 1) * side && right > column * side && top < (+row + 1) * side && bottom > row * side;
      if (kind !== "before" && within) tile.wanted = version;
    }
  }
}
