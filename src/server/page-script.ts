import { createHash } from "node:crypto";

/**
 * Keeps an open page current. A page that reloads itself ends on the browser's error page when the daemon restarts just
 * then, and stays there: this one asks first, and exchanges its content only for an answer. It asks when it is told that
 * something has changed, at most once a second, and from time to time in any case. A page that nobody sees gives its
 * stream back: a browser has only six connections to one host. Without JavaScript a plain refresh takes its place.
 */
export const PAGE_SCRIPT = `
"use strict";
(() => {
  const every = Number(document.documentElement.dataset.refresh) * 1000;
  const look = (of) => of.querySelector("style").textContent;
  const keyOf = (element) => element && (element.id ? "#" + CSS.escape(element.id) : element.matches("a[href]") && 'a[href="' + CSS.escape(element.getAttribute("href")) + '"]');
  const show = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    if (look(next) !== look(document)) return location.reload();
    const focused = keyOf(document.activeElement);
    const open = [...document.querySelectorAll("details[open]")].map(({ id }) => id);
    document.title = next.title;
    document.body.replaceChildren(...next.body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
  };
  const ask = async () => {
    if (document.hidden || !getSelection().isCollapsed) return;
    const stale = document.getElementById("stale");
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error(answer.statusText);
      show(await answer.text());
    } catch {
      stale.hidden = false;
    }
  };
  let due = null;
  let askedAt = 0;
  const askSoon = () => {
    due ??= setTimeout(() => {
      due = null;
      askedAt = Date.now();
      ask();
    }, Math.max(0, askedAt + 1000 - Date.now()));
  };
  let stream = null;
  const follow = () => {
    stream?.close();
    stream = null;
    if (document.hidden || !window.EventSource) return;
    stream = new EventSource(document.documentElement.dataset.events);
    for (const event of ["quota", "account", "alert", "config", "gap"]) stream.addEventListener(event, askSoon);
  };
  setInterval(ask, every);
  document.addEventListener("visibilitychange", () => {
    follow();
    ask();
  });
  follow();
})();
`;

/** The source expression that lets a browser run exactly this script and no other. */
export const PAGE_SCRIPT_SOURCE = `'sha256-${createHash("sha256").update(PAGE_SCRIPT).digest("base64")}'`;
