/// <reference lib="webworker" />
// The page itself, kept in the browser: it opens without a network, and shows what was kept of the
// tasks. What it asks the API for is never kept here.
const worker = self as unknown as ServiceWorkerGlobalScope;
// The build writes these two.
const assets = "%ASSETS%".split(" ");
const cacheName = "page-%VERSION%";
const shell = "/";

worker.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(cacheName);
    await cache.addAll([shell, ...assets]);
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener("activate", (event) => {
  const tidy = async () => {
    const others = (await caches.keys()).filter((name) => name !== cacheName);
    await Promise.all(others.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(kept(request));
  // Other pages of this host (documentation, the operator's) are not this one.
  else if (request.mode === "navigate" && isOurs(pathname)) event.respondWith(page(request));
});

/** An asset has the hash of its content in its name: what was kept is right. */
async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The newest page where there is a network, soon enough; else the one that was kept. */
async function page(request: Request): Promise<Response> {
  const known = await caches.match(shell, { cacheName });
  if (!known) return fetch(request);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(3_000) });
    return answer.ok ? answer : known;
  } catch {
    return known;
  }
}

const isOurs = (path: string): boolean =>
  /^\/((tasks|inbox|history|sign-in|register|forgot-password|reset-password)(\/.*)?)?$/.test(path);
