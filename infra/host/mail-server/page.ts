import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Mailbox, Message } from "./mailbox.ts";
import type { Listening } from "./smtp.ts";

/**
 * Shows what a mailbox has: `/` for people, `/messages?to=&limit=` as JSON, newest first, and
 * `/healthz`.
 */
export async function servePage(
  mailbox: Mailbox,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://mail");
    const to = url.searchParams.get("to") ?? undefined;
    const limit = Number(url.searchParams.get("limit") ?? 100);
    if (request.method !== "GET") return send(response, 405, "text/plain", "only GET is served\n");
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
      return send(response, 400, "text/plain", "limit is a number from 1 to 1000\n");
    }
    switch (url.pathname) {
      case "/healthz":
        return send(response, 200, "application/json", '{"status":"ok"}');
      case "/messages": {
        const body = { messages: mailbox.list({ to, limit }), count: mailbox.count() };
        return send(response, 200, "application/json", JSON.stringify(body));
      }
      case "/":
        return send(response, 200, "text/html; charset=utf-8", pageOf(mailbox, to, limit));
      default:
        return send(response, 404, "text/plain", "there is / and /messages\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    // Whatever a message holds, it loads and runs nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'",
  });
  response.end(body);
}

const pageOf = (mailbox: Mailbox, to: string | undefined, limit: number): string => {
  const shown = mailbox.list({ to, limit });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title>
<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:50rem;padding:0 1rem}
article{border-top:1px solid #ccc;padding:.75rem 0}h2{font-size:1rem;margin:0}
iframe{border:1px solid #ddd;width:100%;height:9rem}small{color:#555}</style>
<h1>Mail of this stack</h1>
<p>${shown.length} of ${mailbox.count()}${to ? ` to ${escaped(to)}` : ""}, the newest first.
As JSON: <a href="/messages">/messages?to=…</a></p>
<form><input name="to" type="email" aria-label="Recipient" placeholder="recipient" value="${escaped(to ?? "")}">
<button>Show</button></form>
${shown.map(articleOf).join("\n")}</html>`;
};

const articleOf = ({ subject, from, to, received_at, html, text }: Message): string =>
  `<article><h2>${escaped(subject)}</h2>
<small>${escaped(received_at)} from ${escaped(from)} to ${escaped(to.join(", "))}</small>
<iframe sandbox title="${escaped(subject)}" srcdoc="${escaped(html || `<pre>${escaped(text)}</pre>`)}"></iframe></article>`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
