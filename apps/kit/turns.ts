/** Lets so many works run at a time; the others wait for their turn, in order. */
export function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
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
