"use strict";
const main = document.querySelector("main");
const pages = [...main.querySelectorAll("article")];

for (const slider of main.querySelectorAll("input[type=range]")) {
  const show = () => slider.parentElement.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", show);
  show(); // browsers keep values when a page is opened again
}

function arrange() {
  const key = document.getElementById("order").value;
  const only = document.getElementById("doubtful").checked;
  pages.sort((one, other) => one.dataset[key] - other.dataset[key]);
  for (const page of pages) page.hidden = only && page.dataset.doubtful === "0";
  main.append(...pages);
  document.documentElement.style.setProperty("--card", document.getElementById("size").value);
}

for (const id of ["order", "size", "doubtful"]) document.getElementById(id).addEventListener("change", arrange);
arrange();

function go(step) {
  const shown = pages.filter((page) => !page.hidden);
  const here = shown.findIndex((page) => page.contains(document.activeElement));
  const next = shown[Math.max(0, Math.min(shown.length - 1, here + step))];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

const held = (on) => document.body.classList.toggle("before-only", on);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
  const key = event.key.toLowerCase();
  if (key === "b") held(true);
  else if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "m") document.body.classList.toggle("bare");
});
addEventListener("keyup", (event) => { if (event.key.toLowerCase() === "b") held(false); });
addEventListener("blur", () => held(false));
