// j and k go from row to row, Enter opens one as any link, / goes to the search, ? shows these keys.
"use strict";

const help = document.querySelector("dialog[data-keys]");
const links = () =>
  [...document.querySelectorAll("[data-row]")].map((row) => row.querySelector("a[href]")).filter(Boolean);

const go = (step) => {
  const all = links();
  const at = all.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
  const link = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  link?.focus();
  link?.closest("[data-row]").scrollIntoView({ block: "nearest" });
};

const search = () => {
  const field = document.querySelector("[type=search]");
  field.closest("details").open = true;
  field.focus();
  field.select();
};

const KEYS = { j: () => go(1), k: () => go(-1), "/": search, "?": () => help.showModal() };

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.querySelector("[data-show-keys]").addEventListener("click", () => help.showModal());
