import { setImmediate as turnOfLoop } from "node:timers/promises";
import { AwayError } from "./database/away.ts";

export type GatherOptions<Item, Result> = {
  /** Does what was gathered, all or nothing of it; resolves to a result for each, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whose an item is: those of one owner are never in two runs at a time. */
  readonly ownerOf: (item: Item) => string;
  /** Items of a run, and runs side by side. */
  readonly most: number;
  readonly sideBySide: number;
  /** What has waited for longer when a run begins is refused: whoever asked has given up. */
  readonly withinMs: number;
  /** Whether nothing of a run was done, for one of its items maybe: each is then done by itself. */
  readonly isFaultOfOne: (error: unknown) => boolean;
};

/**
 * Does together what is asked for one by one: alone, an item is done at once; what comes while runs
 * are under way shares the next one (as the group commit of databases).
 */
export function createGather<Item, Result>(
  options: GatherOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { run, ownerOf, most, sideBySide, withinMs, isFaultOfOne } = options;
  type Asked = PromiseWithResolvers<Result> & { item: Item; owner: string; since: number };
  let waiting: Asked[] = [];
  const owners = new Set<string>();
  let running = 0;
  let isDue = false;

  async function begin(): Promise<void> {
    // What is read from other connections in this turn of the loop goes along.
    isDue = true;
    await turnOfLoop();
    isDue = false;
    const taken = take();
    if (taken.length === 0) return;
    running += 1;
    for (const { owner } of taken) owners.add(owner);
    more();
    await settle(taken);
    running -= 1;
    for (const { owner } of taken) owners.delete(owner);
    more();
  }

  const more = (): void => {
    if (waiting.length > 0 && running < sideBySide && !isDue) void begin();
  };

  function take(): Asked[] {
    const taken: Asked[] = [];
    const left: Asked[] = [];
    const oldest = performance.now() - withinMs;
    for (const one of waiting) {
      if (one.since < oldest) one.reject(new AwayError(`no turn within ${withinMs} ms`));
      else if (taken.length < most && !owners.has(one.owner)) taken.push(one);
      else left.push(one);
    }
    waiting = left;
    return taken;
  }

  async function settle(taken: readonly Asked[]): Promise<void> {
    try {
      const results = await run(taken.map(({ item }) => item));
      taken.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (taken.length > 1 && isFaultOfOne(error)) {
        await Promise.all(taken.map((one) => settle([one])));
      } else for (const { reject } of taken) reject(error);
    }
  }

  return (item) => {
    const settled = Promise.withResolvers<Result>();
    waiting.push({ ...settled, item, owner: ownerOf(item), since: performance.now() });
    more();
    return settled.promise;
  };
}
