import { Refusal } from "#commands/run.ts";
import {
  type DeadLetter,
  type DeadLetterPlace,
  listDeadLetters,
  placeOf,
  placesOf,
} from "./dead-letters.ts";
import { handleLetters, type Verdict } from "./handle.ts";
import { requireChanges, withAdmin } from "./kafka.ts";
import { gone, told } from "./letter-view.ts";
import { agreed, appOf, Misuse, type Values } from "./question.ts";
import { columns } from "./table.ts";
import { targetOf } from "./where.ts";

/** `dlq list`: the dead letters that nothing was done about. */
export async function listLetters(values: Values): Promise<number> {
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

/** `dlq show`: one of them with all that it holds. */
export async function showLetter([id, ...more]: string[], values: Values): Promise<number> {
  if (!id || more.length > 0) throw new Misuse("show takes one id, of dlq list");
  const place = placeOfId(id);
  const { access } = await targetOf(values);
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

/** `dlq redrive` and `dlq discard`: those named, or all of the choice. */
export async function handleChosen(
  verdict: Verdict,
  ids: string[],
  values: Values,
): Promise<number> {
  if (ids.length === 0 && !values.all) throw new Misuse("name ids of dlq list, or --all");
  if (ids.length > 0 && values.all) throw new Misuse("ids or --all, not both");
  const target = await targetOf(values);
  requireChanges(target.access);
  const word = verdict === "redriven" ? "redrive" : "discard";
  if (values.all) {
    const letters = await lettersOf(values);
    if (letters.length === 0) {
      console.log("There are no dead letters.");
      return 0;
    }
    if (!(await agreed(`${word} ${letters.length} dead letters?`, values))) return 1;
  }
  const places = values.all ? chosen(values) : placesOfIds(ids);
  let failed = 0;
  for (const place of places) {
    const own = ids.filter((id) => placeOfId(id).name === place.name);
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

const placesOfIds = (ids: readonly string[]) => [
  ...new Map(ids.map(placeOfId).map((place) => [place.name, place])).values(),
];

const chosen = (values: Values) => {
  if (values.app) appOf(values.app);
  const places = placesOf(values);
  if (places.length === 0) throw new Misuse("no subscription with dead letters is of that choice");
  return places;
};

const lettersOf = async (values: Values): Promise<DeadLetter[]> => {
  const places = chosen(values);
  const { access } = await targetOf(values);
  return withAdmin(access, (admin) => listDeadLetters(access, admin, places));
};

function placeOfId(id: string): DeadLetterPlace {
  const place = placeOf(id);
  if (place) return place;
  throw new Misuse(`${id} is no id of dlq list: <topic>.<app>.dlq/<partition>/<offset>`);
}
