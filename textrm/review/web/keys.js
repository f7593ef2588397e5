// All keys: one table for what they do and for the help.

// Keys as they are told; what each does, by the name that a browser gives it; the words for that.
const KEYS = [
  [["J", "K"], { j: ["page", 1], k: ["page", -1] }, "next page, page before"],
  [["N", "Shift N"], { n: ["next", 1], N: ["next", -1] }, "next word, word before"],
  [["D"], { d: ["doubtful"] }, "next doubtful word, also of the next page"],
  [["X"], { x: ["toggle"], enter: ["toggle"] }, "the chosen word goes, or stays; so does a click"],
  [["Shift X"], { X: ["kind"] }, "all words of its kind on this page; so does Shift with a click"],
  [["B"], { b: ["before"] }, "held: the page as it was"],
  [[",", "."], { ",": ["slide", -0.02], ".": ["slide", 0.02] }, "the line between before and after"],
  [["V", "P", "E"], { v: ["look"], p: ["brush"], e: ["eraser"] }, "look, brush, eraser"],
  [["[", "]"], { "[": ["size", -1], "]": ["size", 1] }, "smaller, larger brush"],
  [["Arrows"], { arrowleft: ["arrow", -1, 0], arrowright: ["arrow", 1, 0], arrowup: ["arrow", 0, -1], arrowdown: ["arrow", 0, 1] }, "move the page, or the brush; with Shift by a pixel"],
  [["Space"], { " ": ["press"] }, "set the brush down, lift it"],
  [["Ctrl Z", "Ctrl Y"], { "ctrl+z": ["undo"], "ctrl+y": ["redo"], "ctrl+Z": ["redo"] }, "undo, do again"],
  [["M", "W"], { m: ["mask"], w: ["words"] }, "show the mask, the words"],
  [["+", "-", "0", "1"], { "+": ["in"], "=": ["in"], "-": ["out"], 0: ["fit"], 1: ["one"] }, "larger, smaller, whole page, 1:1; so does Ctrl with the wheel"],
  [["C"], { c: ["check"] }, "checked, and on to the next page that is not"],
  [["S"], { s: ["save"], "ctrl+s": ["save"] }, "save again, after the disk was full"],
  [["O"], { o: ["export"] }, "export"],
  [["?"], { "?": ["help"] }, "these keys"],
];

const known = Object.assign({}, ...KEYS.map(([, keys]) => keys));
const repeated = ["arrow", "slide", "size", "undo", "redo", "in", "out", "page", "next"];

// Calls `act(name, ...)` for each key, and `act("after")` when the key for before is let go.
export function listen(act) {
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.altKey) return;
    const tag = event.target.tagName;
    if (tag === "SELECT" || (event.target.type === "range" && event.key.startsWith("Arrow"))) return;
    if (tag === "BUTTON" && (event.key === "Enter" || event.key === " ")) return;
    if (event.target.id === "slider" && event.key.startsWith("Arrow")) {
      event.preventDefault();
      return act("slide", event.key === "ArrowLeft" || event.key === "ArrowDown" ? -0.02 : 0.02);
    }
    // By the shift key, not by the letter: caps lock changes nothing.
    const key = event.shiftKey && event.key.length === 1 ? event.key.toUpperCase() : event.key.toLowerCase();
    const control = event.ctrlKey || event.metaKey;
    const entry = known[control ? `ctrl+${key}` : key] ?? (control ? undefined : known[key.toLowerCase()]);
    if (!entry || (event.repeat && !repeated.includes(entry[0]))) {
      if (entry) event.preventDefault();
      return;
    }
    event.preventDefault();
    act(...entry, event.shiftKey);
  });
  addEventListener("keyup", (event) => event.key.toLowerCase() === "b" && act("after"));
  addEventListener("blur", () => act("after"));
}

export function tell(list) {
  for (const [told, , words] of KEYS) {
    const row = list.appendChild(document.createElement("div"));
    const term = row.appendChild(document.createElement("dt"));
    for (const key of told) term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    row.appendChild(Object.assign(document.createElement("dd"), { textContent: words }));
  }
}
