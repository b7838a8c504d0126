// Keeps a page up to date: asks for its fragment again and again, and swaps it in where something changed.
// Pages are complete without this file.
"use strict";

const POLL_MS = 3000;
const content = document.querySelector("main[data-fragment]");
let etag = content?.dataset.etag || null;
let isPaused = false;

// What a reader has marked, or written and not sent yet, must not vanish under their hands.
const isBeingUsed = () => {
  const selection = document.getSelection();
  const selecting = selection && !selection.isCollapsed && content.contains(selection.anchorNode);
  const fields = [...content.querySelectorAll("input, textarea")];
  const written = fields.some((f) => f.value !== f.defaultValue || f.checked !== f.defaultChecked);
  return selecting || written || fields.includes(document.activeElement);
};

const say = (text) => {
  const state = document.querySelector("[data-live-state]");
  if (state && state.textContent !== text) state.textContent = text;
  document.documentElement.dataset.live = text;
};

const rows = () => [...content.querySelectorAll("[data-row]")];

// Rows that were not there before stay marked until the next update.
const markNew = (known) => {
  if (!known.size) return;
  for (const row of rows()) row.classList.toggle("new", !known.has(row.dataset.row));
};

const labelPause = () => {
  const button = content.querySelector("[data-pause]");
  if (button) button.textContent = isPaused ? "Resume" : "Pause";
};

const swap = (html) => {
  const known = new Set(rows().map((row) => row.dataset.row));
  const open = new Map([...content.querySelectorAll("details[data-keep]")].map((d) => [d.dataset.keep, d.open]));
  const focused = document.activeElement?.getAttribute?.("href");
  const scrolled = [...content.querySelectorAll(".scroll")].map((region) => region.scrollLeft);
  content.innerHTML = html;
  markNew(known);
  labelPause();
  for (const details of content.querySelectorAll("details[data-keep]")) {
    if (open.has(details.dataset.keep)) details.open = open.get(details.dataset.keep);
  }
  content.querySelectorAll(".scroll").forEach((region, i) => { region.scrollLeft = scrolled[i] ?? 0; });
  if (focused) content.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  document.dispatchEvent(new Event("swapped"));
};

const poll = async () => {
  if (isPaused) return say("paused");
  if (document.hidden || isBeingUsed() || content.dataset.searched) return;
  try {
    const answer = await fetch(content.dataset.fragment, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
    });
    if (answer.status === 200) {
      swap(await answer.text());
      etag = answer.headers.get("ETag");
    }
    if (answer.status === 401) location.reload(); // the session has ended: the page leads to the login
    say(answer.ok || answer.status === 304 ? "live" : "paused");
  } catch {
    say("connection lost, trying again");
  }
};

if (content) {
  content.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-pause]")) return;
    isPaused = !isPaused;
    labelPause();
    poll();
  });
  setInterval(poll, POLL_MS);
  document.addEventListener("visibilitychange", poll);
  poll();
}

// Empty fields need not stand in the URL.
document.querySelector("form[data-filters]")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});
