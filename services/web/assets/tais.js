// Saves the reader a reload: when the record grows, the regions marked data-live are fetched again
// from the very page that is shown, and replaced in place. Without this file nothing is lost.
"use strict";
(() => {
  const body = document.body;
  const source = body.dataset.events;
  if (!source || !window.EventSource || !window.fetch) return;

  const status = document.getElementById("live");
  let stream = null;
  let shown = Number(body.dataset.position || -1);
  let waiting = null; // the newest position announced and not yet shown
  let busy = false;
  let retry = 0;

  const inUse = (region) => {
    if (region.contains(document.activeElement)) return true;
    const selection = window.getSelection();
    return !selection.isCollapsed && selection.containsNode(region, true);
  };

  // Numbers never change under a reader who is at work in them: such a region waits.
  const replace = (fresh) => {
    let complete = true;
    for (const region of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${CSS.escape(region.dataset.live)}"]`);
      if (!next || next.innerHTML === region.innerHTML) continue;
      if (inUse(region)) complete = false;
      else region.replaceChildren(...next.childNodes);
    }
    return complete;
  };

  const update = async () => {
    if (busy || waiting === null || document.hidden) return;
    busy = true;
    const position = waiting;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      // A page that became a sign-in page or an error is left to the reader's own reload.
      if (!answer.ok || answer.redirected) {
        waiting = null;
        return;
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!replace(fresh)) return;
      shown = position;
      if (status) status.textContent = body.dataset.updated.replace("%", position);
      if (waiting === position) waiting = null;
    } catch {
      // The network is away; the next event or the next return to the page tries again.
    } finally {
      busy = false;
      clearTimeout(retry);
      if (waiting !== null) retry = setTimeout(update, 5000);
    }
  };

  const open = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(source);
    stream.onmessage = (event) => {
      const position = Number(event.lastEventId || event.data);
      if (!Number.isSafeInteger(position) || position <= shown) return;
      waiting = position;
      update();
    };
  };

  const close = () => {
    if (stream) stream.close();
    stream = null;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    open();
    update();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
