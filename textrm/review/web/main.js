// Puts the page together: what is shown, and what each button and key does.
// Longer than other files, so that all of that stands in one place.

import { ask } from "./api.js";
import { showExport } from "./export.js";
import { tell, listen } from "./keys.js";
import { List } from "./list.js";
import { Pen } from "./pen.js";
import { Queue } from "./queue.js";
import { Tiles } from "./tiles.js";
import { View } from "./view.js";

const POLL = 2000; // milliseconds between two questions for what other windows and the cleaning have done
const part = (id) => document.getElementById(id);
const buttons = (name) => document.querySelectorAll(`button[data-do="${name}"]`);

const view = new View(part("canvas"));
const list = new List(part("pages"), part("order"), (number) => open(number));
const queue = new Queue(changed, refused);
const pen = new Pen(view, painted, (event) => choose(view.wordAt(view.place(event)), event.shiftKey ? "kind" : "word"));
const versions = new Map(); // of each page, as it was last told
let book = null;
let lasting = ""; // what is told until the user closes it
let shown = 0; // counts pages that were asked for: the answer about an older one comes too late

// --- what the server tells

async function refresh() {
  try {
    const told = await ask(`api/book?seen=${book?.changes ?? ""}`);
    if (told) await showBook(told);
    if (part("notice").dataset.why === "silent") notice("");
  } catch (error) {
    notice(error.message, "silent");
  }
  setTimeout(refresh, POLL);
}

async function showBook(told) {
  const first = !book;
  book = told;
  showList();
  const here = view.page && book.pages[view.page.number];
  // Another window, if no answer of our own is on its way.
  if (here && here.state === "ready" && here.version > view.page.version && queue.idle) await open(here.number, true);
  if (first) await open((list.sorted.find((page) => page.state === "ready") ?? list.sorted[0]).number);
}

function showList(pictures = true) {
  document.title = `${book.title} – textrm review`;
  part("title").textContent = book.title;
  const count = (test) => book.pages.filter(test).length;
  const waiting = count((page) => page.state === "waiting");
  const doubtful = book.pages.reduce((sum, page) => sum + (page.checked ? 0 : page.doubtful), 0);
  part("counts").textContent = [`${book.pages.length} pages`, waiting && `${waiting} to be cleaned`, doubtful && `${doubtful} doubtful word${doubtful > 1 ? "s" : ""}`, `${count((page) => page.checked)} checked`].filter(Boolean).join(", ");
  list.show(book.pages, pictures);
  showExport(book);
}

async function open(number, again = false) {
  const turn = ++shown;
  again &&= view.page?.number === number; // else there is nothing of it to go on with
  list.mark(number);
  if (!again) say(`opening ${book.pages[number].name} …`);
  try {
    const facts = await ask(`pages/${number}/facts`);
    if (turn !== shown) return;
    if (part("notice").dataset.why === "page") notice("");
    pen.lift();
    versions.set(number, facts.version);
    if (again) view.tiles.touch(null, facts.version);
    const tiles = again ? view.tiles : new Tiles(facts, book.tile, book.levels, () => loaded(), lost);
    view.open(facts, tiles);
    say(facts.reason || `${book.pages[number].name}, ${facts.width} × ${facts.height}`);
    showPage();
  } catch (error) {
    if (turn !== shown) return;
    pen.lift();
    view.close();
    say(error.message);
    notice(error.message, "page");
    showPage();
  }
}

function loaded() {
  if (!view.page) return; // it was closed before all of it had come
  // Strokes stay in sight until the picture that they made is there.
  if (view.tiles.settled) view.strokes = view.strokes.filter((stroke) => !stroke.sent);
  view.draw();
}

function lost() {
  notice("a part of the page cannot be had: see the terminal, or open the page again");
}

function changed(facts, what, given) {
  versions.set(facts.number, facts.version);
  const { words, news, ...entry } = facts; // in the list words are counted
  if (news) lasting = news;
  Object.assign(book.pages[facts.number], entry);
  showList(false); // its small picture can wait: the large one comes first
  if (view.page?.number !== facts.number) return;
  const elsewhere = facts.version > view.page.version + 1;
  if (facts.box || elsewhere) view.tiles.touch(elsewhere ? null : facts.box, facts.version);
  view.page = facts;
  for (const stroke of given.strokes ?? []) stroke.sent = true;
  if (!facts.box) loaded();
  say(elsewhere ? "another window has changed this page too" : told(facts, what, given));
  notice(facts.unsaved || lasting, facts.unsaved && "unsaved");
  showPage();
}

function told(facts, what, given) {
  if (what === "checked") return facts.checked ? "checked" : "not checked";
  if (what === "save") return "saved";
  if (!facts.box) return { undo: "nothing to undo", redo: "nothing to do again" }[what] ?? "nothing has changed";
  const done = what === "kind" ? `all words of kind ${facts.words[given.word].kind} ${given.goes ? "go" : "stay"} on this page: ` : "";
  return `${done}${facts.unsaved ? "changed" : "changed and saved"}`;
}

function refused(error, number, given) {
  view.strokes = view.strokes.filter((stroke) => !(given.strokes ?? []).includes(stroke));
  notice(error.message);
  if (error.status === 409) open(number, true);
}

// --- what the user does

function painted(stroke) {
  if (!view.page) return; // it was closed under the pen
  const { number } = view.page;
  queue.add(number, "strokes", () => ({ strokes: [stroke] }));
}

function change(what, body = {}) {
  const number = view.page?.number;
  if (number === list.current) queue.add(number, what, () => ({ ...body, version: versions.get(number) }));
}

// `toggles` is word or kind: what becomes of it changes, or of all words of its kind on this page.
function choose(number, toggles = "") {
  view.chosen = number;
  const word = view.page?.words[number];
  if (word && toggles) change(toggles, { word: number, goes: !word.goes });
  if (word) say(`word ${number + 1}${word.kind ? `, ${word.kind}` : ""}, score ${word.score.toFixed(2)}${word.doubtful ? ", doubtful" : ""}`);
  view.draw();
}

function next(step, test = () => true) {
  const words = view.page?.words ?? [];
  for (let number = view.chosen < 0 && step < 0 ? words.length : view.chosen; words[(number += step)]; ) {
    if (!test(words[number])) continue;
    choose(number);
    view.reveal(words[number].box);
    return true;
  }
  return false;
}

async function doubtful() {
  const test = (word) => word.doubtful && !word.goes;
  if (next(1, test)) return;
  const page = list.sorted.find((one) => one.doubtful && one.number !== view.page?.number && !one.checked);
  if (!page) return say("no doubtful word is left on pages that are not checked");
  await open(page.number);
  next(1, test);
}

const acts = {
  page: (step) => open(list.beside(step)),
  next: (step) => next(step),
  doubtful,
  toggle: () => view.chosen >= 0 && choose(view.chosen, "word"),
  kind: () => view.chosen >= 0 && choose(view.chosen, "kind"),
  before: () => Object.assign(view, { before: true }),
  after: () => Object.assign(view, { before: false }),
  slide: (step) => slide(view.split + step),
  look: () => use("look"),
  brush: () => use("brush"),
  eraser: () => use("eraser"),
  size: (step) => resize(pen.radius + step * Math.max(1, Math.round(pen.radius / 8))),
  arrow: (across, down, fine) => (pen.tool === "look" ? view.pan(across * 60, down * 60) : pen.step(across, down, fine)),
  press: () => pen.press(),
  undo: () => change("undo"),
  redo: () => change("redo"),
  mask: () => Object.assign(view, { mask: !view.mask }),
  words: () => Object.assign(view, { words: !view.words }),
  in: () => view.zoom(view.scale * 1.25),
  out: () => view.zoom(view.scale * 0.8),
  fit: () => view.fit(),
  one: () => view.zoom(1 / (devicePixelRatio || 1)),
  check: () => check(),
  save: () => change("save"),
  export: () => part("exporting").showModal(),
  help: () => part("keys").showModal(),
  dismiss: () => notice((lasting = "")),
};

function check() {
  if (!view.page) return say("this page cannot be checked: it has no picture");
  if (view.page.number !== list.current) return; // another page is about to be shown
  const { checked, number } = view.page;
  const after = list.unchecked();
  change("checked", { checked: !checked });
  if (!checked && after !== number) open(after);
}

function use(tool) {
  pen.use(tool);
  view.sliding = tool === "look";
}

function resize(radius) {
  pen.radius = Math.min(400, Math.max(1, Math.round(radius)));
  if (view.ring) view.ring.radius = pen.radius;
}

function slide(split) {
  view.split = Math.min(1, Math.max(0, split));
}

function act(name, ...given) {
  acts[name](...given);
  showTools();
  view.draw();
}

// --- what is shown around the canvas

function say(words) {
  part("status").textContent = words;
}

function notice(words, why = "") {
  part("notice").hidden = !words;
  part("notice").dataset.why = why;
  part("notice").firstElementChild.textContent = words;
}

function showTools() {
  for (const tool of ["look", "brush", "eraser"]) buttons(tool)[0].setAttribute("aria-checked", pen.tool === tool);
  for (const name of ["mask", "words"]) buttons(name)[0].setAttribute("aria-pressed", view[name]);
  part("size").value = pen.radius;
  part("sized").textContent = pen.radius;
  const slider = part("slider");
  slider.hidden = !view.sliding || view.before;
  slider.style.left = `${100 * view.split}%`;
  slider.setAttribute("aria-valuenow", Math.round(100 * view.split));
  part("where").textContent = view.page ? `${Math.round(100 * view.scale * (devicePixelRatio || 1))} %` : "";
}

function showPage() {
  buttons("undo")[0].disabled = !view.page?.undo;
  buttons("redo")[0].disabled = !view.page?.redo;
  buttons("check")[0].disabled = !view.page;
  buttons("check")[0].setAttribute("aria-pressed", Boolean(view.page?.checked));
  showTools();
  view.draw();
}

// --- putting it together

for (const button of document.querySelectorAll("button[data-do]")) button.addEventListener("click", () => act(button.dataset.do));
part("size").addEventListener("input", (event) => (resize(+event.target.value), showTools()));
part("slider").addEventListener("pointerdown", (event) => part("slider").setPointerCapture(event.pointerId));
part("slider").addEventListener("pointermove", (event) => {
  const frame = part("canvas").getBoundingClientRect();
  if (event.buttons & 1) act("slide", (event.clientX - frame.left) / frame.width - view.split);
});
addEventListener("beforeunload", (event) => queue.idle || event.preventDefault());
listen(act);
tell(part("all-keys"));
new ResizeObserver(showTools).observe(part("canvas").parentElement); // after the view's: the page may be smaller now
use("look");
showTools();
refresh();
export { view, queue, pen }; // for those who look in from the console
