import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";

/** A message as it was handed over: who sent it to whom by SMTP, and what was in it. */
export type Message = {
  readonly id: string;
  readonly received_at: string;
  /** The envelope: what decides who gets it, whatever the header says. */
  readonly from: string;
  readonly to: readonly string[];
  /** Addresses of the header. */
  readonly header_to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export type Arrival = {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
};

export type Mailbox = {
  /** Keeps a message; resolves when it would outlive a crash. */
  readonly keep: (arrival: Arrival) => Promise<Message>;
  /** The newest first; of one recipient, and no more than so many. */
  readonly list: (query: {
    readonly to?: string | undefined;
    readonly limit: number;
  }) => readonly Message[];
  readonly count: () => number;
};

/** Older ones make room: a test under load may send any number. */
const mostMessages = 20_000;

/** The messages of a folder, one JSON file each; what was kept before is there again. */
export async function createMailbox(folder: string, most = mostMessages): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const messages = await readAll(folder);
  return {
    keep: async ({ from, to, raw }) => {
      const parsed = await PostalMime.parse(raw);
      const receivedAt = new Date().toISOString();
      const message: Message = {
        id: `${receivedAt.replace(/\D/g, "")}-${randomUUID()}`,
        received_at: receivedAt,
        from,
        to,
        header_to: (parsed.to ?? []).flatMap(({ address }) => address ?? []),
        subject: parsed.subject ?? "",
        text: parsed.text ?? "",
        html: parsed.html ?? "",
      };
      await write(join(folder, `${message.id}.json`), JSON.stringify(message));
      messages.push(message);
      for (const { id } of messages.splice(0, Math.max(0, messages.length - most))) {
        await rm(join(folder, `${id}.json`), { force: true });
      }
      return message;
    },
    list: ({ to, limit }) => {
      const wanted = to?.toLowerCase();
      const found = wanted
        ? messages.filter((message) => message.to.some((one) => one.toLowerCase() === wanted))
        : messages;
      return found.slice(-limit).reverse();
    },
    count: () => messages.length,
  };
}

async function readAll(folder: string): Promise<Message[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))),
  );
}

/** Whole or not at all, and on the disk when it resolves. */
async function write(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
