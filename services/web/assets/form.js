// Keeps what is typed into an update's form: as a draft on the server, and on this device while the
// server cannot be reached; and hands what is sent to the queue. Without this file the form is sent
// by the browser alone.
"use strict";
(() => {
  const queue = window.taisQueue;
  const form = document.querySelector("form.entry[data-update]");
  if (!queue || !form) return;
  const { words } = queue;
  const action = new URL(form.action).pathname;
  const submission = form.elements.submission;
  const draftButton = form.querySelector("button[formaction]");
  const says = document.getElementById("form-says");
  const isCopy = !document.getElementById("saved-copy").hidden;
  const isRevision = Boolean(form.elements.version);
  const PAUSE = 1000;
  const KEPT_MAX = 20;
  let busy = false;
  let typedAt = 0; // the timer of the next keeping

  const say = (text) => { says.textContent = text; };
  const clock = () => new Date().toTimeString().slice(0, 5);
  const fields = () => [...new FormData(form)].filter(([name]) => name !== "csrf").map(([n, v]) => [n, String(v)]);
  const said = (list) => JSON.stringify(list.filter(([name]) => !["submission", "version"].includes(name)));
  const valueOf = (list, name) => (list.find(([field]) => field === name) || ["", ""])[1];

  const setId = (id) => {
    submission.value = id;
    if (draftButton) draftButton.setAttribute("formaction", `/${words.pillar}/drafts/${id}`);
  };

  const fill = (list) => {
    const taken = {};
    for (const element of form.elements) {
      if (!element.name || element.name === "csrf") continue;
      const values = list.filter(([name]) => name === element.name).map(([, value]) => value);
      const place = taken[element.name] ?? 0;
      if (element.type === "checkbox") element.checked = values.includes(element.value);
      else element.value = values[place] ?? "";
      taken[element.name] = place + 1;
    }
    setId(valueOf(list, "submission"));
    before = sums();
  };

  // Ready for the next update: what usually stays the same stays.
  const empty = () => {
    for (const element of form.elements) {
      if (["language", "occurrence", "member_state"].includes(element.name)) continue;
      if (element.type === "checkbox") element.checked = false;
      else if (element.name && element.type !== "hidden") element.value = "";
    }
    before = sums();
    for (const wrong of document.querySelectorAll(".errors, .wrong")) wrong.remove();
    for (const field of form.querySelectorAll(".bad-field")) field.classList.remove("bad-field");
    setId(queue.newId());
    history.replaceState(null, "", action);
  };

  // --- while somebody types ---

  const item = () => {
    const list = fields();
    const title = valueOf(list, "title").trim();
    return { id: submission.value, account: words.account, action, title, fields: list, order: Date.now() };
  };

  // Whether the server has taken the draft, and what it says.
  const keepOnServer = async () => {
    if (!draftButton) return { taken: false };
    const options = {
      method: "POST",
      headers: { accept: "text/plain" },
      body: new URLSearchParams(new FormData(form)),
      keepalive: document.hidden,
      signal: AbortSignal.timeout(30000),
    };
    try {
      const answer = await fetch(draftButton.formAction, options);
      const text = await answer.text();
      if (answer.status === 422) return { taken: false, text: queue.refused(text) };
      // The sign-in page is an answer as well, and no draft was taken.
      const taken = answer.ok && !answer.redirected;
      return taken ? { taken, text } : { taken };
    } catch {
      return { taken: false };
    }
  };

  const keep = async () => {
    clearTimeout(typedAt);
    typedAt = 0;
    const now = item();
    // First here, where it is quick and sure; from here it goes once the server has it.
    await queue.put("kept", now).catch(() => {});
    const { taken, text } = await keepOnServer();
    if (taken) await queue.remove("kept", now.id).catch(() => {});
    const here = words.kept.replace("%", clock());
    if (!busy) say(taken ? text : [here, text].filter(Boolean).join(". "));
    return taken;
  };

  form.addEventListener("input", () => {
    if (busy) return;
    clearTimeout(typedAt);
    typedAt = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && typedAt && !busy) keep();
  });

  // --- the participation grid adds up ---

  const grid = document.getElementById("grid");
  const sums = () => {
    const of = {};
    for (const cell of grid.querySelectorAll("input")) {
      const number = Number.parseInt(cell.value.trim(), 10);
      if (!Number.isNaN(number)) of[cell.dataset.addsTo] = (of[cell.dataset.addsTo] || 0) + number;
    }
    return of;
  };
  const PLAIN = ["women", "men", "others"];
  let before = sums();
  const addUp = () => {
    const now = sums();
    for (const name of PLAIN) {
      const field = form.elements[name];
      const followed = field.value.trim() === String(before[name] ?? "");
      // A field that somebody filled with something else is theirs: the server says if it differs.
      if (followed && now[name] !== before[name]) field.value = now[name] ?? "";
    }
    before = now;
    const output = grid.querySelector("output");
    let part = 0;
    output.value = Object.keys(now).length === 0
      ? "" : output.dataset.says.replaceAll("%", () => String(now[PLAIN[part++]] ?? "–"));
  };
  grid.addEventListener("input", addUp);

  // --- when it is sent ---

  const sendByBrowser = () => HTMLFormElement.prototype.submit.call(form);

  const waits = () => {
    if (isRevision) form.hidden = true;
    else empty();
    say(words.waiting);
    document.getElementById("queue").focus();
  };

  const send = async () => {
    const now = item();
    say(words.sending);
    await queue.add(now);
    await queue.remove("kept", now.id);
    // A saved copy's token is of some session before.
    const tokens = { [now.id]: isCopy ? "" : form.elements.csrf.value };
    await queue.send(tokens);
    const then = await queue.find(now.id);
    if (then && then.state === "attention") {
      // The server says what is wrong better than a list could: let it show its own page.
      await queue.put("kept", now);
      await queue.remove("queue", now.id);
      form.elements.csrf.value = tokens[now.id];
      return sendByBrowser();
    }
    if (then && then.receipt) {
      await queue.remove("queue", now.id);
      return location.assign(then.receipt);
    }
    waits();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearTimeout(typedAt);
    try {
      if (event.submitter && event.submitter === draftButton) {
        busy = false;
        if (await keep()) location.assign(`/${words.pillar}#drafts`);
      } else await send();
    } catch {
      // The device keeps nothing: then as without this file.
      sendByBrowser();
    } finally {
      busy = false;
    }
  });

  // --- when the page opens ---

  const offer = (kept) => {
    const place = document.getElementById("kept");
    place.querySelector("b").textContent = kept.title || words.untitled;
    const [goOn, discard] = place.querySelectorAll("button");
    const done = () => { place.hidden = true; };
    goOn.onclick = () => {
      fill(kept.fields);
      done();
      keep();
    };
    discard.onclick = () => queue.remove("kept", kept.id).then(done);
    place.hidden = false;
  };

  const begin = async () => {
    const sentOff = await queue.mine("queue");
    const asked = sentOff.find((item) => location.hash === `#queued=${item.id}` && item.fields.length > 0);
    if (isCopy) form.reset();
    const isDraft = new URLSearchParams(location.search).has("draft");
    const used = !isDraft && sentOff.find((item) => item.id === submission.value);
    if (asked) {
      fill(asked.fields);
      say(asked.reason);
    } else if (isCopy || (used && said(used.fields) !== said(fields()))) {
      // An id stands for one update: what a copy, or the way back, shows was for another. A draft that
      // waits to be sent stays the update it is.
      setId(queue.newId());
    }
    const kept = (await queue.mine("kept")).filter((item) => item.action === action).reverse();
    for (const old of kept.slice(KEPT_MAX)) await queue.remove("kept", old.id);
    const shown = said(fields());
    for (const same of kept.filter((item) => said(item.fields) === shown && item.id !== submission.value)) {
      await queue.remove("kept", same.id);
    }
    const left = kept.find((item) => said(item.fields) !== shown && !sentOff.some((sent) => sent.id === item.id));
    if (left) offer(left);
  };

  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#queued=")) begin();
  });
  begin().catch(() => {
    if (isCopy) setId(queue.newId());
  });
})();
