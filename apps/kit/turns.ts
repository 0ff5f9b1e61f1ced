/** How many may wait at a time, and what the next one is refused with. */
export type WaitingRoom = { readonly most: number; readonly full: () => Error };

/** Lets so many works run at a time; the others wait for their turn, in order. */
export function createTurns(
  most: number,
  room?: WaitingRoom,
): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running++;
    else {
      if (room && waiting.length >= room.most) throw room.full();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // Who ends hands its place on, so that nobody who comes meanwhile takes it.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
