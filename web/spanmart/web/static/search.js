// Goes on with a text search over older calls until the page is full, and stops when told to. A link does the same.
"use strict";

const log = document.querySelector("main");
const stopped = new AbortController();

const next = async (place) => {
  const answer = await fetch(place.dataset.search, { cache: "no-store", signal: stopped.signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  log.querySelector("tbody").append(...found.querySelectorAll("tbody tr"));
  place.replaceWith(found.querySelector(".pages"));
};

const count = () => log.querySelectorAll("[data-row]").length;

const searchOn = async () => {
  for (let place = log.querySelector("[data-search]"); place; place = log.querySelector("[data-search]")) {
    log.dataset.searched = "true";
    if (count() >= Number(place.dataset.enough)) return;
    place.querySelector("[data-cancel]").hidden = false;
    await next(place);
    const isDone = !log.querySelector("[data-search]");
    log.querySelector("[data-found]").textContent = `${count()}${isDone ? "" : "+"}`;
  }
};

log.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-cancel]")) return;
  stopped.abort();
  target.hidden = true;
});
// Where it was stopped or failed, the link that goes on is still there.
searchOn().catch(() => {
  const cancel = log.querySelector("[data-cancel]");
  if (cancel) cancel.hidden = true;
});
