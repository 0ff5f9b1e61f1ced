import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type AppId, appIds } from "#apps/contracts/services.ts";
import { topics } from "#apps/contracts/topics.ts";
import { type DeadLetter, listDeadLetters, parseId, placesOf } from "./events/dead-letters.ts";
import { handleLetters, type Verdict } from "./events/handle.ts";
import { withAdmin } from "./events/kafka.ts";
import { lagOf } from "./events/lag.ts";
import { explainReplay, planReplay, replay } from "./events/replay.ts";
import { columns } from "./events/table.ts";
import { type Target, targetOf } from "./events/where.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run events -- <command> [options]

  lag [--json]                     how far each consumer is behind, by topic and partition
  dlq list [--app A] [--topic T]   events that a consumer gave up on, with error and tries
  dlq show <id>                    one of them with all that it holds; the id is of the list
  dlq redrive <id …> | --all       gives them to their consumer again, to it alone, once
  dlq discard <id …> | --all       says that nothing is to be done about them
  replay --topic T --since TIME --to APP [--yes]
                                   delivers a topic to one consumer again from a time on: says
                                   what will happen and asks; TIME as 2026-01-31T09:00:00Z, or as
                                   30m, 2h, 1d before now

  --json            for programs: lag, dlq list, dlq show
  --yes             does not ask: replay, dlq redrive --all, dlq discard --all
  -s, --stack       local by default; another one needs the following
  --brokers, --user, --password-file, --ca-file, --mechanism   how its Kafka is reached from here
  --namespace, --kubeconfig, --context   where its pods are, if its configuration says otherwise

Exits with 1 when something could not be done, with 2 when the question was wrong.`;

const options = {
  app: { type: "string" },
  topic: { type: "string" },
  since: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  stack: { type: "string", short: "s" },
  brokers: { type: "string" },
  mechanism: { type: "string" },
  user: { type: "string" },
  "password-file": { type: "string" },
  "ca-file": { type: "string" },
  namespace: { type: "string" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parse>["values"];

/** A question that cannot be understood; the exit code says so. */
class Misuse extends Error {}

const parse = () => parseArgs({ options, allowPositionals: true });

async function main(): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return misused((error as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help || positionals.length === 0) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  try {
    return await command(positionals, values);
  } catch (error) {
    if (error instanceof Misuse) return misused(error.message);
    throw error;
  }
}

async function command([first, second, ...ids]: string[], values: Values): Promise<number> {
  if (first === "lag") return tellLag(targetOf(values), values.json ?? false);
  if (first === "replay") return runReplay(values);
  if (first === "dlq" && second === "list") return list(values);
  if (first === "dlq" && second === "show") return show(ids, values);
  if (first === "dlq" && second === "redrive") return handle("redriven", ids, values);
  if (first === "dlq" && second === "discard") return handle("discarded", ids, values);
  throw new Misuse(`there is no command ${[first, second].filter(Boolean).join(" ")}`);
}

async function tellLag({ access }: Target, json: boolean): Promise<number> {
  const lags = await withAdmin(access, lagOf);
  if (json) console.log(JSON.stringify(lags, null, 2));
  else {
    const rows = lags.map(({ app, topic, partition, committed, end, lag }) =>
      [app, topic, partition, committed ?? "-", end, lag].map(String),
    );
    console.log(columns(["app", "topic", "partition", "committed", "end", "lag"], rows));
  }
  return 0;
}

async function list(values: Values): Promise<number> {
  const letters = await lettersOf(values);
  if (values.json) console.log(JSON.stringify(letters.map(told), null, 2));
  else if (letters.length === 0) console.log("There are no dead letters.");
  else {
    const rows = letters.map(({ id, attempts, failedAt, error }) => [
      ...[id, String(attempts), failedAt],
      error.length > 90 ? `${error.slice(0, 89)}…` : error,
    ]);
    console.log(columns(["id", "tries", "failed at", "error"], rows));
  }
  return 0;
}

async function show([id, ...more]: string[], values: Values): Promise<number> {
  if (!id || more.length > 0) throw new Misuse("show takes one id, of dlq list");
  const place = placeOfId(id);
  const { access } = targetOf(values);
  const letters = await withAdmin(access, (admin) => listDeadLetters(access, admin, [place]));
  const letter = letters.find((it) => it.id === id);
  if (!letter) throw new Refusal(gone(id));
  if (values.json) console.log(JSON.stringify(told(letter), null, 2));
  else {
    const { event, ...about } = told(letter);
    console.log(
      columns(
        ["", ""],
        Object.entries(about).map(([k, v]) => [k, String(v)]),
      ),
    );
    console.log(`\n${typeof event === "string" ? event : JSON.stringify(event, null, 2)}`);
  }
  return 0;
}

async function handle(verdict: Verdict, ids: string[], values: Values): Promise<number> {
  if (ids.length === 0 && !values.all) throw new Misuse("name ids of dlq list, or --all");
  if (ids.length > 0 && values.all) throw new Misuse("ids or --all, not both");
  const target = targetOf(values);
  const word = verdict === "redriven" ? "redrive" : "discard";
  if (values.all) {
    const letters = await lettersOf(values);
    if (letters.length === 0) {
      console.log("There are no dead letters.");
      return 0;
    }
    if (!(await agreed(`${word} ${letters.length} dead letters?`, values))) return 1;
  }
  const places = values.all ? chosen(values) : [...new Set(ids.map(placeOfId))];
  let failed = 0;
  for (const place of places) {
    const own = ids.filter((id) => placeOfId(id) === place);
    const wanted = values.all ? "all" : own;
    const { done, missing } = await withAdmin(target.access, (admin) =>
      handleLetters(target.access, admin, place, verdict, wanted),
    );
    for (const id of done) console.log(`${verdict} ${id}`);
    for (const id of missing) console.error(gone(id));
    failed += missing.length;
  }
  return failed > 0 ? 1 : 0;
}

async function runReplay(values: Values): Promise<number> {
  const { topic, to, since } = values;
  if (!topic || !to || !since) throw new Misuse("replay wants --topic, --since and --to");
  if (!(topic in topics)) {
    throw new Misuse(`there is no topic ${topic}; there are: ${Object.keys(topics).join(", ")}`);
  }
  const time = timeOf(since);
  const target = targetOf(values);
  return withAdmin(target.access, async (admin) => {
    const plan = await planReplay(admin, topic, appOf(to), time);
    for (const line of explainReplay(plan)) console.log(line);
    if (!(await agreed("Do that?", values))) return 1;
    const consumer = target.consumer(plan.app);
    await replay(plan, {
      access: target.access,
      admin,
      consumer,
      say: (line) => console.log(line),
    });
    console.log(`\n${plan.app} is at it; how far: npm run events -- lag`);
    return 0;
  });
}

const chosen = (values: Values) => {
  if (values.app) appOf(values.app);
  const places = placesOf(values);
  if (places.length === 0) throw new Misuse("no subscription with dead letters is of that choice");
  return places;
};

const lettersOf = (values: Values): Promise<DeadLetter[]> => {
  const places = chosen(values);
  const { access } = targetOf(values);
  return withAdmin(access, (admin) => listDeadLetters(access, admin, places));
};

function appOf(name: string): AppId {
  const found = appIds.find((appId) => appId === name);
  if (found) return found;
  throw new Misuse(`there is no app ${name}; there are: ${appIds.join(", ")}`);
}

const allPlaces = placesOf();

function placeOfId(id: string) {
  const place = allPlaces.find(({ name }) => name === parseId(id)?.topic);
  if (place) return place;
  throw new Misuse(`${id} is no id of dlq list: <topic>.<app>.dlq/<partition>/<offset>`);
}

/** A dead letter as programs and people read it: the event as JSON where it is any. */
function told(letter: DeadLetter) {
  const { id, consumer, topic, position, error, attempts, failedAt, key, value } = letter;
  const text = value.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(value);
  let event: unknown = isText ? text : `base64:${value.toString("base64")}`;
  try {
    event = JSON.parse(text);
  } catch {
    // Not JSON, that is why it is here.
  }
  return {
    ...{ id, consumer, topic, position: position ?? null, error, attempts, failedAt },
    ...{ key: key?.toString("utf8") ?? null, event },
  };
}

/** A time as RFC 3339 in UTC, or as `30m`, `2h`, `1d` before now. */
function timeOf(text: string): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago?.[2] ?? ""];
  if (ago && unitMs) return new Date(Date.now() - Number(ago[1]) * unitMs);
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new Misuse(`--since ${text} is no time: 2026-01-31T09:00:00Z, or 30m, 2h, 1d before now`);
}

async function agreed(question: string, { yes }: Values): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new Refusal(`${question} Nobody is there to ask; say --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`\n${question} [y/N] `);
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  console.log("Nothing was done.");
  return false;
}

const gone = (id: string): string =>
  `there is no dead letter ${id}: it was redriven or discarded before, or is older than is kept`;

function misused(message: string): number {
  console.error(`${message}\nHow: npm run events -- --help`);
  return 2;
}

await run(main);
