// The pages beside the canvas: the doubtful and the most changed first, or as in the book.

import { address } from "./api.js";

const orders = {
  worst: (one, other) => rank(one) - rank(other) || other.doubtful - one.doubtful || other.filled - one.filled || one.number - other.number,
  book: (one, other) => one.number - other.number,
};

// Checked pages last, those that wait before them: what is not known yet does not push others away.
function rank(page) {
  return page.checked ? 2 : page.state === "waiting" ? 1 : 0;
}

export class List {
  constructor(list, order, open) {
    Object.assign(this, { list, order, open, pages: [], rows: new Map(), current: -1 });
    order.addEventListener("change", () => this.arrange());
  }

  show(pages, pictures) {
    this.pages = pages;
    for (const page of pages) {
      if (!this.rows.has(page.number)) this.rows.set(page.number, this.row(page));
      this.fill(this.rows.get(page.number), page, pictures);
    }
    this.arrange();
  }

  arrange() {
    this.sorted = [...this.pages].sort(orders[this.order.value]);
    const held = document.activeElement;
    this.sorted.forEach((page, place) => {
      const row = this.rows.get(page.number).item;
      if (this.list.children[place] !== row) this.list.insertBefore(row, this.list.children[place] ?? null);
    });
    if (held && this.list.contains(held)) held.focus({ preventScroll: true });
  }

  mark(number) {
    this.current = number;
    for (const [one, row] of this.rows) row.button.setAttribute("aria-current", one === number);
    this.rows.get(number)?.item.scrollIntoView({ block: "nearest" });
  }

  // The number of the page some steps on in the list, the current one at its ends.
  beside(step) {
    const place = this.sorted.findIndex((page) => page.number === this.current);
    return (this.sorted[place + step] ?? this.sorted[place]).number;
  }

  // The next page that is not checked, or the first of all where none is below; the current one where none is left.
  unchecked() {
    const place = this.sorted.findIndex((page) => page.number === this.current);
    const left = (page) => !page.checked && page.number !== this.current;
    return (this.sorted.slice(place).find(left) ?? this.sorted.find(left) ?? this.sorted[place]).number;
  }

  row(page) {
    const item = document.createElement("li");
    const button = item.appendChild(document.createElement("button"));
    const parts = { item, button };
    parts.blank = Object.assign(document.createElement("span"), { className: "blank" });
    parts.picture = Object.assign(new Image(), { alt: "", loading: "lazy", hidden: true });
    parts.name = Object.assign(document.createElement("strong"), { textContent: page.name });
    parts.told = Object.assign(document.createElement("span"), { className: "told" });
    parts.mark = document.createElement("span");
    button.append(parts.blank, parts.picture, parts.name, parts.told, parts.mark);
    button.addEventListener("click", () => this.open(page.number));
    return parts;
  }

  fill(row, page, pictures) {
    const told = page.state === "ready" ? `${page.words} out, ${(100 * page.filled).toFixed(1)} %` : page.state;
    const doubt = page.doubtful ? `${page.doubtful} doubtful` : "";
    row.told.textContent = told;
    row.mark.textContent = page.unsaved ? "not saved" : page.checked ? "checked" : doubt;
    row.mark.className = page.checked && !page.unsaved ? "done" : "warn";
    row.button.title = [page.name, page.unsaved || page.reason].filter(Boolean).join(": "); // the name may be cut short
    row.blank.hidden = page.state === "ready";
    row.picture.hidden = page.state !== "ready";
    const source = address(`pages/${page.number}/small.jpg?v=${page.version}`);
    if (pictures && page.state === "ready" && row.picture.src !== source) row.picture.src = source;
  }
}
