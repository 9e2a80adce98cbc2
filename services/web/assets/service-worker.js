// Keeps the site's files and the last copy of a correspondent's own pages, so that they open where
// there is no network. The server writes two lines above this: RELEASE, which changes with the files,
// and FILES, their addresses.
"use strict";
const FILES_CACHE = `tais-files-${RELEASE}`;
const PAGES_CACHE = `tais-pages-${RELEASE}`;
const PAGES_MAX = 40;
const PATIENCE = 20000;
// The list, the form, an activity and its revision. Nothing else is ever kept.
const OWN_PAGE = /^\/(apsc|aec|ascc)(\/new|\/activities\/[^/]+(\/revision)?)?$/;

addEventListener("install", (event) => {
  const files = caches.open(FILES_CACHE).then((cache) => cache.addAll(FILES));
  event.waitUntil(files.then(() => skipWaiting()));
});

// A page of the last release names files that are gone, so it is fetched anew and not carried over.
addEventListener("activate", (event) => {
  const take = async () => {
    for (const name of await caches.keys()) {
      if (!name.startsWith("tais-") || name === FILES_CACHE || name === PAGES_CACHE) continue;
      const pages = name.startsWith("tais-pages-") ? await (await caches.open(name)).keys() : [];
      await Promise.all(pages.map((request) => fetchAndKeep(new URL(request.url).pathname)));
      await caches.delete(name);
    }
    await clients.claim();
  };
  event.waitUntil(take());
});

// Only the page itself is kept: no way to the sign-in page, and no failure.
const keep = async (path, answer) => {
  if (!answer.ok || answer.redirected) return;
  const cache = await caches.open(PAGES_CACHE);
  await cache.delete(path);
  await cache.put(path, answer);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - PAGES_MAX)).map((old) => cache.delete(old)));
};

const fetchAndKeep = async (path) => {
  if (!OWN_PAGE.test(path)) return;
  try {
    await keep(path, await fetch(path, { headers: { accept: "text/html" } }));
  } catch {
    // No network: what is kept stays as it is.
  }
};

// The copy says of itself that it is one: the server has written when it was made.
const copyOf = async (url) => {
  // Which draft was meant is known to the server only; the list says so.
  if (url.searchParams.has("draft")) return Response.redirect(url.pathname.replace(/\/new$/, ""), 302);
  const kept = await (await caches.open(PAGES_CACHE)).match(url.pathname);
  if (!kept) return null;
  const headers = new Headers(kept.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  const text = await kept.text();
  return new Response(text.replace('id="saved-copy" hidden', 'id="saved-copy"'), { headers });
};

const page = async (event, url) => {
  const fresh = fetch(event.request).then((answer) => {
    if (!url.search) event.waitUntil(keep(url.pathname, answer.clone()));
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  // Whoever comes late or not at all is replaced by the copy; without one, it is waited for.
  const first = await Promise.race([fresh, late]).catch(() => undefined);
  return first || (await copyOf(url)) || fresh;
};

const file = async (request) => (await caches.match(request)) || fetch(request);

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST") {
    // Whoever comes next, on this device, does not read the pages of who was here before.
    if (url.pathname.startsWith("/sign-")) event.waitUntil(caches.delete(PAGES_CACHE));
    return;
  }
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && OWN_PAGE.test(url.pathname)) event.respondWith(page(event, url));
});

addEventListener("message", (event) => event.waitUntil(Promise.all(event.data.keep.map(fetchAndKeep))));
