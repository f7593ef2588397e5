// The dialog in which what is checked is written, or all of it.

import { ask } from "./api.js";

const NAMES = { pages: "Clean pages", book: "Book", psd: "PSD layers", ora: "OpenRaster layers", masks: "Masks" };
const part = (id) => document.getElementById(id);
let latest = null; // the book as it was last told

export function showExport(book) {
  latest = book;
  const checked = book.pages.filter((page) => page.checked).length;
  const failed = book.pages.filter((page) => page.state === "failed").length;
  const { busy, done, of, said } = book.export;
  part("exportable").textContent = `${checked} of ${book.pages.length} pages are checked${failed ? `, ${failed} cannot be read` : ""}. What is not exported stays in a book as it was, with its lettering. All is written to ${book.out}.`;
  part("exported").textContent = busy ? `${done} of ${of} …` : said;
  if (!part("kinds").children.length) {
    part("every").addEventListener("change", () => showExport(latest));
    for (const kind of book.exports) {
      const button = part("kinds").appendChild(Object.assign(document.createElement("button"), { textContent: NAMES[kind] ?? kind }));
      button.addEventListener("click", () => write(kind));
    }
  }
  for (const button of part("kinds").children) button.disabled = busy || !(checked || part("every").checked);
}

// How far it is, the list of pages tells from then on.
async function write(kind) {
  try {
    await ask("api/export", { kind, every: part("every").checked });
    part("exported").textContent = "…";
    for (const button of part("kinds").children) button.disabled = true;
  } catch (error) {
    part("exported").textContent = error.message;
  }
}
