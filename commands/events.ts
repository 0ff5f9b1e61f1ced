import { askReplay } from "./events/ask-replay.ts";
import { handleChosen, listLetters, showLetter } from "./events/letters.ts";
import { Misuse, readQuestion, type Values } from "./events/question.ts";
import { tellLag } from "./events/tell-lag.ts";
import { targetOf } from "./events/where.ts";
import { run } from "./run.ts";

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
  -s, --stack       local by default. Of one in a cluster Kafka and its user are found there, and
                    brokers inside are reached by the API server; Strimzi's user only looks
  --user, --password-file                one that may more: redrive, discard, replay
  --brokers, --ca-file, --mechanism      with these, how Kafka is reached from here otherwise
  --namespace, --kubeconfig, --context   where its pods are, if its configuration says otherwise

Exits with 1 when something could not be done, with 2 when the question was wrong.`;

async function main(): Promise<number> {
  let question: ReturnType<typeof readQuestion>;
  try {
    question = readQuestion();
  } catch (error) {
    return misused((error as Error).message);
  }
  const { values, positionals } = question;
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
  if (first === "lag") return tellLag(await targetOf(values), values.json ?? false);
  if (first === "replay") return askReplay(values);
  if (first === "dlq" && second === "list") return listLetters(values);
  if (first === "dlq" && second === "show") return showLetter(ids, values);
  if (first === "dlq" && second === "redrive") return handleChosen("redriven", ids, values);
  if (first === "dlq" && second === "discard") return handleChosen("discarded", ids, values);
  throw new Misuse(`there is no command ${[first, second].filter(Boolean).join(" ")}`);
}

function misused(message: string): number {
  console.error(`${message}\nHow: npm run events -- --help`);
  return 2;
}

await run(main);
