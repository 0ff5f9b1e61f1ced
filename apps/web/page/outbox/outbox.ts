import type { Task } from "../api/client.ts";
import { randomId } from "../random.ts";
import { contradictions } from "./merge.ts";
import type { Operation, Outcome } from "./operation.ts";
import { isLocal } from "./operation.ts";
import type { Storage, Stored } from "./storage.ts";

export type OutboxDeps = {
  readonly userId: string;
  readonly storage: Storage;
  readonly send: (operation: Operation) => Promise<Outcome>;
  /** Runs one at a time over all tabs of the browser. */
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
  /** The operations have changed: here, or in another tab when `told` is called. */
  readonly onChange: (operations: readonly Stored[]) => void;
  /** Tells the other tabs. */
  readonly announce: () => void;
  /** An operation has left: with how the task looks now, or why it came to nothing. */
  readonly onSettled: (operation: Operation, outcome: Outcome) => void;
  readonly wait: (ms: number, work: () => void) => () => void;
  readonly backoffMs: (tries: number) => number;
  readonly now: () => number;
};

/** The changes of a user that the server has yet to confirm: sent in order, each of them once. */
export type Outbox = {
  readonly operations: () => readonly Stored[];
  /** Keeps the change, and sends it as soon as may be; resolves when it is kept. */
  readonly add: (operation: Omit<Operation, "userId" | "madeAt">) => Promise<void>;
  /** Takes a change back that was not sent; false when it is too late. */
  readonly withdraw: (key: string) => Promise<boolean>;
  /** Decides about a contradiction: send mine on top of theirs, or leave it. */
  readonly resolve: (key: string, keep: "mine" | "theirs") => Promise<void>;
  /** There is reason to think that sending works now. */
  readonly wake: () => void;
  /** Another tab has changed what is kept. */
  readonly told: () => Promise<void>;
  /** Sends also what may still be withdrawn: the page goes away. */
  readonly hurry: () => void;
  readonly close: () => void;
};

export async function openOutbox(deps: OutboxDeps): Promise<Outbox> {
  const { storage, userId } = deps;
  let kept: readonly Stored[] = await storage.all(userId);
  let tries = 0;
  let draining = false;
  let again = false;
  let closed = false;
  let cancelWait = () => {};
  /** What the server called the tasks that were made here. */
  const made = new Map<string, Task>();

  const reload = async () => {
    kept = await storage.all(userId);
    deps.onChange(kept);
  };
  const change = async (removed: readonly number[], changed: readonly Stored[]) => {
    await storage.change(removed, changed);
    await reload();
    deps.announce();
  };

  /** The first that may go: of a task with a contradiction nothing goes, as its order is kept. */
  function next(): Stored | undefined {
    const blocked = new Set<string>();
    for (const operation of kept) {
      const early = operation.notBefore !== undefined && operation.notBefore > deps.now();
      if (operation.theirs || early) blocked.add(operation.taskId);
      if (!blocked.has(operation.taskId)) return operation;
    }
    return undefined;
  }

  async function drain(): Promise<void> {
    if (draining || closed) {
      again = draining;
      return;
    }
    draining = true;
    cancelWait();
    let pauseMs: number | undefined;
    await deps.exclusively(async () => {
      // Another tab may have sent some while this one waited for its turn.
      await reload();
      // Kept just while the making of their task was settled.
      const late = kept.flatMap((one) => {
        const task = made.get(one.taskId);
        return task ? [followed(one, task)] : [];
      });
      if (late.length > 0) await change([], late);
      for (let operation = next(); operation && !closed; operation = next()) {
        const outcome = await deps.send(operation);
        if (outcome.kind === "signed-out") break;
        if (outcome.kind === "away") {
          pauseMs = outcome.afterMs ?? deps.backoffMs(tries++);
          break;
        }
        tries = 0;
        await settle(operation, outcome);
      }
    });
    draining = false;
    if (again) {
      again = false;
      return drain();
    }
    const times = kept.flatMap(({ notBefore }) => (notBefore ? [notBefore - deps.now()] : []));
    const soonest = Math.min(...times.filter((ms) => ms > 0), pauseMs ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(soonest) && !closed)
      cancelWait = deps.wait(soonest + 1, () => void drain());
  }

  async function settle(operation: Stored, outcome: Outcome): Promise<void> {
    if (outcome.kind === "changed") {
      await change([], [rebased(operation, outcome.theirs)]);
      return;
    }
    const task = outcome.kind === "done" ? outcome.task : undefined;
    const followers = kept.filter(
      ({ position, taskId }) => position > operation.position && taskId === operation.taskId,
    );
    const lost = outcome.kind !== "done" && isLocal(operation.taskId);
    if (task && operation.work.kind === "create") made.set(operation.taskId, task);
    await storage.change(
      [operation.position, ...(lost ? followers.map(({ position }) => position) : [])],
      task && !lost ? followers.map((one) => followed(one, task)) : [],
    );
    kept = await storage.all(userId);
    // Both at once: a view sees the change as pending or as taken, and never neither.
    deps.onSettled(operation, outcome);
    deps.onChange(kept);
    deps.announce();
  }

  return {
    operations: () => kept,
    add: async (operation) => {
      await storage.add({ ...operation, userId, madeAt: deps.now() });
      await reload();
      deps.announce();
      void drain();
    },
    withdraw: async (key) => {
      let done = false;
      // While nobody sends: else it might be on its way.
      await deps.exclusively(async () => {
        await reload();
        const found = kept.find((one) => one.key === key);
        if (!found) return;
        done = true;
        await change([found.position], []);
      });
      return done;
    },
    resolve: async (key, keep) => {
      const found = kept.find((one) => one.key === key);
      if (!found?.theirs) return;
      if (keep === "theirs") await change([found.position], []);
      else await change([], [onTopOf(found, found.theirs)]);
      void drain();
    },
    wake: () => {
      tries = 0;
      void drain();
    },
    told: async () => {
      await reload();
      void drain();
    },
    hurry: () => {
      const waiting = kept.filter(({ notBefore }) => notBefore !== undefined);
      if (waiting.length === 0) return;
      void change(
        [],
        waiting.map((one) => ({ ...one, notBefore: undefined })),
      ).then(drain);
    },
    close: () => {
      closed = true;
      cancelWait();
    },
  };
}

/** Another request, so another key. */
const onTopOf = (operation: Stored, theirs: Task): Stored => ({
  ...operation,
  key: randomId(),
  version: theirs.version,
  theirs: undefined,
});

/** Goes on top of the other change where both can hold, and waits for the person where not. */
function rebased(operation: Stored, theirs: Task): Stored {
  const { work } = operation;
  const contradicts =
    work.kind === "update" && contradictions(work.patch, work.base, theirs).length > 0;
  return contradicts ? { ...operation, theirs } : onTopOf(operation, theirs);
}

/** A later change of the same task, which was made on what the earlier one made of it. */
const followed = (operation: Stored, task: Task): Stored => ({
  ...operation,
  taskId: task.id,
  version: operation.version === undefined ? undefined : task.version,
});
