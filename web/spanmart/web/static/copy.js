// Copies a text of the page, or the address of the page itself.
"use strict";

const SAID_MS = 1500;

// Beyond localhost and HTTPS, browsers have no clipboard but for what is selected.
const copySelected = (text) => {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "aside";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("The browser refused.");
};

const copy = (text) => (navigator.clipboard ? navigator.clipboard.writeText(text) : copySelected(text));

const say = (button, text) => {
  const before = button.dataset.title ?? button.textContent;
  button.dataset.title = before;
  button.textContent = text;
  setTimeout(() => { button.textContent = before; }, SAID_MS);
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const of = button.dataset.copy;
  try {
    await copy(of === "link" ? location.origin + location.pathname : document.getElementById(of).textContent);
    say(button, "Copied");
  } catch {
    say(button, "Not copied");
  }
});
document.documentElement.dataset.copies = "true";
