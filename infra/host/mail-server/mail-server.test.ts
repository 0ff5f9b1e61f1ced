import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { servePage } from "./page.ts";
import { type Listening, type SmtpOptions, serveSmtp } from "./smtp.ts";

let folder: string;
let mailbox: Mailbox;
const listening: Listening[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mail-"));
  mailbox = await createMailbox(folder);
});
afterEach(async () => {
  await Promise.all(listening.splice(0).map(({ close }) => close()));
  rmSync(folder, { recursive: true });
});

async function smtp(account?: SmtpOptions["account"]): Promise<number> {
  const server = await serveSmtp(mailbox, { host: "127.0.0.1", port: 0, account });
  listening.push(server);
  return server.port;
}

/** Says these lines to a server, each after its answer to the one before; gives the answers. */
async function talk(port: number, lines: readonly string[]): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  const answers: string[] = [];
  const waiting = [...lines];
  for await (const line of createInterface({ input: socket })) {
    if (/^\d{3}-/.test(line)) continue;
    answers.push(line);
    const next = waiting.shift();
    if (next === undefined) break;
    socket.write(`${next}\r\n`);
  }
  socket.destroy();
  return answers;
}

const message = (to: string, body: string) => [
  "HELO test",
  "MAIL FROM:<todo@example.com>",
  `RCPT TO:<${to}>`,
  "DATA",
  `To: ${to}\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: text/html\r\n\r\n${body}\r\n.`,
  "QUIT",
];

test("a message is kept by its envelope, and is there again after a restart", async () => {
  await talk(await smtp(), message("Alice@example.com", "<p>Hello</p>"));
  const kept = {
    from: "todo@example.com",
    to: ["Alice@example.com"],
    subject: "Grüße",
    html: "<p>Hello</p>\n",
  };
  expect(mailbox.list({ limit: 9 })).toMatchObject([kept]);
  expect((await createMailbox(folder)).list({ limit: 9 })).toMatchObject([kept]);
});

test("mail of one recipient is found whatever the case of the address", async () => {
  const port = await smtp();
  await talk(port, message("alice@example.com", "one"));
  await talk(port, message("bob@example.com", "two"));
  expect(mailbox.list({ to: "ALICE@example.com", limit: 9 })).toMatchObject([
    { to: ["alice@example.com"] },
  ]);
});

test("where there is an account, mail of nobody else is taken", async () => {
  const port = await smtp({ username: "todo", password: "right" });
  const auth = (password: string) => Buffer.from(`\0todo\0${password}`).toString("base64");
  const refused = await talk(port, ["EHLO test", "MAIL FROM:<a@example.com>"]);
  expect(refused.at(-1)).toMatch(/^530 /);
  expect((await talk(port, ["EHLO test", `AUTH PLAIN ${auth("wrong")}`])).at(-1)).toMatch(/^535 /);
  expect((await talk(port, ["EHLO test", `AUTH PLAIN ${auth("right")}`])).at(-1)).toMatch(/^235 /);
  expect(mailbox.count()).toBe(0);
});

test("the oldest make room for what is more than it holds", async () => {
  const small = await createMailbox(folder, 2);
  for (const raw of ["Subject: 1", "Subject: 2", "Subject: 3"]) {
    await small.keep({ from: "", to: [], raw: Buffer.from(`${raw}\r\n\r\n`) });
  }
  expect(small.list({ limit: 9 }).map(({ subject }) => subject)).toEqual(["3", "2"]);
  expect(readdirSync(folder)).toHaveLength(2);
});

test("the page shows what a message says and runs none of it", async () => {
  await talk(await smtp(), message("a@example.com", '<script>alert("x")</script>'));
  const page = await servePage(mailbox, { host: "127.0.0.1", port: 0 });
  listening.push(page);
  const answer = await fetch(`http://127.0.0.1:${page.port}/`);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await answer.text();
  expect(html).toContain("Grüße");
  expect(html).not.toContain("<script>");
  const json = await fetch(`http://127.0.0.1:${page.port}/messages?to=a@example.com`);
  expect(await json.json()).toMatchObject({ count: 1, messages: [{ to: ["a@example.com"] }] });
  const wrong = await fetch(`http://127.0.0.1:${page.port}/messages?limit=0`);
  expect(wrong.status).toBe(400);
});
