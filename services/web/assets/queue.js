// What was said without a network: kept on this device under its submission's id, and sent, in order,
// until the server has answered for it. The id makes sending again harmless, so when in doubt this
// sends again. Without this file everything is sent at once or not at all.
"use strict";
window.taisQueue = (() => {
  const place = document.getElementById("queue");
  // An older browser sends the form by itself, as without this file.
  if (!place || !window.indexedDB || !window.AbortSignal?.timeout) return null;
  const words = place.dataset;
  const SOONEST = 5000;
  const LATEST = 600000;
  const PATIENCE = 30000;
  const SETTLED_MAX = 5;

  // The device's own store: "queue" holds what was sent off, "kept" what is still being typed.
  let opened = null;
  const open = () => {
    opened ||= new Promise((resolve, reject) => {
      const request = indexedDB.open("tais", 1);
      request.onupgradeneeded = () => {
        for (const name of ["queue", "kept"]) request.result.createObjectStore(name, { keyPath: "id" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  const ask = async (store, mode, act) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  };
  const put = (store, item) => ask(store, "readwrite", (held) => held.put(item));
  const remove = (store, id) => ask(store, "readwrite", (held) => held.delete(id));
  // Another person's on the same device are left where they are, neither shown nor sent.
  const mine = async (store) => {
    const all = await ask(store, "readonly", (held) => held.getAll());
    return all.filter((item) => item.account === words.account).sort((a, b) => a.order - b.order);
  };
  const find = async (id) => (await mine("queue")).find((item) => item.id === id);

  // A UUID of version 7. Its clock may be wrong: the ids only need to differ, and do by their chance.
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const view = new DataView(bytes.buffer);
    const now = Date.now();
    view.setUint16(0, Math.floor(now / 2 ** 32));
    view.setUint32(2, now % 2 ** 32);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  // --- what the person sees ---

  const says = place.querySelector("[role=status]");
  let shown = "";
  const show = async (said) => {
    if (said !== undefined) says.textContent = words[said] || "";
    place.querySelector("[data-do=sign-in]").hidden = says.textContent !== words.signIn;
    const items = await mine("queue");
    place.hidden = items.length === 0;
    place.querySelector("[data-do=send]").hidden = !items.some((item) => isWaiting(item) || item.state === "sent");
    // A button under somebody's finger stays where it is while nothing changes.
    const seen = JSON.stringify(items.map(({ id, state, reason, receipt }) => [id, state, reason, receipt]));
    if (seen === shown) return;
    shown = seen;
    place.querySelector("ol").replaceChildren(...items.map(row));
  };
  const row = (item) => {
    const line = place.querySelector("template").content.cloneNode(true);
    const part = (selector) => line.querySelector(selector);
    // Sent and not yet in the record is still on its way.
    const word = item.state === "sent" ? "sending" : item.state;
    part("li").dataset.state = word;
    part(".chip").textContent = words[word];
    part(".name").textContent = item.title || words.untitled;
    part(".reason").textContent = item.reason || "";
    const link = part("a");
    link.hidden = !item.receipt && item.state !== "attention";
    link.href = item.receipt || `${item.action}#queued=${item.id}`;
    link.textContent = item.receipt ? words.receipt : words.mend;
    const discard = part("button");
    // Only what the server has refused can be thrown away, and only by the person.
    discard.hidden = item.state !== "attention" || Boolean(item.receipt);
    discard.onclick = () => confirm(words.sure) && remove("queue", item.id).then(() => show());
    return line;
  };

  // --- sending ---

  // Why nothing more can be sent now: "away", "unknown" or "signIn".
  class Stop extends Error {}
  // Why this one update is not taken, in the server's words.
  class Refused extends Error {}

  const request = async (url, options) => {
    try {
      const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
      if (answer.status === 401 || new URL(answer.url).pathname.startsWith("/sign-in")) throw new Stop("signIn");
      if (answer.status >= 500 || answer.status === 429) throw new Stop("unknown");
      return { answer, text: await answer.text() };
    } catch (error) {
      throw error instanceof Stop ? error : new Stop("away");
    }
  };
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  // The token in an old form may be of a session that is over; one fetched now is of this one.
  const freshToken = async (item) => {
    const { answer, text } = await request(item.action, { headers: { accept: "text/html" } });
    const fresh = parse(text);
    const account = fresh.getElementById("queue")?.dataset.account;
    if (answer.ok && account === item.account) return fresh.querySelector("form.entry [name=csrf]").value;
    // Somebody else is signed in by now.
    if (account || answer.status === 403) throw new Stop("signIn");
    // There is no such form any more, as for what was withdrawn.
    if (answer.status >= 400) throw new Refused(refused(text));
    throw new Stop("unknown");
  };

  const refused = (text) => {
    const page = parse(text);
    const reasons = [...page.querySelectorAll(".errors li, .notice.warn")];
    return reasons.map((reason) => reason.textContent.trim()).join(". ") || page.querySelector("h1")?.textContent;
  };

  const post = async (item, token) => {
    const body = new URLSearchParams([...item.fields, ["csrf", token]]);
    const { answer, text } = await request(item.action, { method: "POST", body, headers: { accept: "text/html" } });
    const path = new URL(answer.url).pathname;
    if (answer.ok && path.includes("/updates/")) return { state: "sent", receipt: path, reason: "" };
    // An answer that is neither ours nor a refusal, as of a network that wants a sign-in of its own.
    if (answer.status < 400) throw new Stop("unknown");
    return { state: "attention", reason: refused(text), status: answer.status };
  };

  const follow = async (item) => {
    const url = `/api/v1/${words.pillar}/updates/${item.id}`;
    const { answer, text } = await request(url, { headers: { accept: "application/json" } });
    // The server knows nothing of it after all: it is sent again, under the same id.
    if (answer.status === 404) return { state: "waiting", receipt: "" };
    if (!answer.ok) throw new Stop("unknown");
    const states = JSON.parse(text).updates.map((update) => update.state);
    if (states.every((state) => state === "recorded")) return { state: "recorded", fields: [] };
    if (states.every((state) => ["saved", "received", "recorded"].includes(state))) return null;
    return { state: "attention", reason: words.stopped };
  };

  const answerTo = async (item, tokens) => {
    let token = tokens[item.id] || (await freshToken(item));
    let said = await post(item, token);
    if (said.status === 403 && token === tokens[item.id]) {
      token = await freshToken(item);
      said = await post(item, token);
    }
    if (item.id in tokens) tokens[item.id] = token;
    return said;
  };

  const deliver = async (item, tokens) => {
    await put("queue", { ...item, state: "sending" });
    await show("sending");
    let said;
    try {
      said = await answerTo(item, tokens);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      said = { state: "attention", reason: error.message };
    }
    // What was put in its place meanwhile, or discarded, is not covered by this answer.
    const now = await find(item.id);
    if (JSON.stringify(now?.fields) === JSON.stringify(item.fields)) await put("queue", { ...item, ...said });
  };

  const isWaiting = (item) => item.state === "waiting" || item.state === "sending";

  const sendAll = async (tokens) => {
    for (const item of (await mine("queue")).filter(isWaiting)) await deliver(item, tokens);
    let open = 0;
    for (const item of (await mine("queue")).filter((item) => item.state === "sent" && !(item.id in tokens))) {
      const news = await follow(item);
      if (news) await put("queue", { ...item, ...news });
      if (!news || news.state === "waiting") open += 1;
    }
    // What has its receipt stands in the list of updates; a few are left here for the eye.
    const settled = (await mine("queue")).filter((item) => item.receipt && item.state !== "sent");
    for (const old of settled.slice(0, -SETTLED_MAX)) await remove("queue", old.id);
    return open;
  };

  let turn = Promise.resolve();
  let timer = 0;
  let pause = SOONEST;

  // One at a time, in this page and in every other of this browser.
  const alone = (work) => {
    const locked = () => (navigator.locks ? navigator.locks.request("tais-queue", work) : work());
    turn = turn.then(locked, locked);
    return turn;
  };

  // Sends what waits. `tokens` names the updates that were made on this very page, each with its form's
  // token or none; it comes back with the token that was taken.
  const send = (tokens = {}) => {
    clearTimeout(timer);
    return alone(async () => {
      let said = "";
      let open = 0;
      try {
        open = await sendAll(tokens);
        pause = SOONEST;
      } catch (error) {
        said = error instanceof Stop ? error.message : "unknown";
        open = 1;
        for (const item of (await mine("queue")).filter((item) => item.state === "sending")) {
          await put("queue", { ...item, state: "waiting" });
        }
      }
      await show(said);
      if (open === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => send().catch(() => {}), pause);
      pause = Math.min(pause * 2, LATEST);
    });
  };
  const sendSoon = () => {
    pause = SOONEST;
    send().catch(() => {});
  };

  // Puts an update behind those that wait already.
  const add = async (item) => {
    const all = await ask("queue", "readonly", (held) => held.getAll());
    const order = 1 + Math.max(0, ...all.map((other) => other.order));
    await put("queue", { ...item, account: words.account, order, state: "waiting", reason: "" });
    await show("");
    const persisted = navigator.storage?.persist?.() ?? Promise.resolve(false);
    persisted.then((safe) => { place.querySelector("[data-do=unsafe]").hidden = safe; }, () => {});
  };

  const download = async () => {
    const text = JSON.stringify(await mine("queue"), null, 2);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `tais-${words.pillar}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // --- at hand without a network ---

  const keepPages = async () => {
    const { serviceWorker } = navigator;
    if (!serviceWorker || !window.caches) return;
    await serviceWorker.register("/service-worker.js");
    const ready = await serviceWorker.ready;
    const wanted = [...new Set([location.pathname, `/${words.pillar}`, `/${words.pillar}/new`])];
    const held = await Promise.all(wanted.map((path) => caches.match(path)));
    const keep = wanted.filter((_, at) => !held[at]);
    if (keep.length > 0) ready.active.postMessage({ keep });
  };

  place.querySelector("[data-do=send]").onclick = sendSoon;
  place.querySelector("[data-do=copy]").onclick = () => download();
  addEventListener("online", sendSoon);
  document.addEventListener("visibilitychange", () => document.hidden || sendSoon());
  keepPages().catch(() => {
    // The browser forbids it; nothing is at hand without a network then.
  });
  show().then(sendSoon, () => {});

  return { add, find, mine, newId, put, refused, remove, send, words };
})();
