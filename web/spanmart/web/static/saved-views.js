// Views that a reader has saved: names for links, kept in this browser alone.
"use strict";

const KEY = "spanmart.views";
const place = document.querySelector("[data-saved-views]");

const read = () => {
  try {
    const views = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(views) ? views : [];
  } catch {
    return [];
  }
};

// Where in the list a reader was is no part of a view.
const here = () => {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  return query.toString();
};

const chip = (view) => {
  const item = place.querySelector("template").content.cloneNode(true).firstElementChild;
  const link = item.querySelector("a");
  link.textContent = view.name;
  link.href = `${location.pathname}?${view.query}`;
  if (view.query === here()) link.setAttribute("aria-current", "true");
  item.querySelector("button").setAttribute("aria-label", `Forget the view ${view.name}`);
  item.querySelector("button").addEventListener("click", () => save(read().filter(({ name }) => name !== view.name)));
  return item;
};

const show = () => {
  place.querySelector("ul").replaceChildren(...read().map(chip));
};

const save = (views) => {
  localStorage.setItem(KEY, JSON.stringify(views));
  show();
};

place.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.name;
  const name = field.value.trim();
  if (!name) return;
  save([...read().filter((view) => view.name !== name), { name, query: here() }]);
  event.target.reset();
  place.querySelector("details").open = false;
});
show();
place.classList.add("ready");
