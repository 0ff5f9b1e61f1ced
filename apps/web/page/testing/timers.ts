/** Timers that go off when a test says so. */
export function createTestTimers() {
  let timers: { readonly ms: number; readonly work: () => void }[] = [];
  return {
    /** As the page waits: calls `work` after so long, unless what it returns is called before. */
    wait: (ms: number, work: () => void) => {
      const timer = { ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    /** How long those that run are to take, in milliseconds. */
    pauses: (): number[] => timers.map(({ ms }) => ms),
    /** Lets the first of this length go off; nothing where there is none. */
    fire: (ms: number): void => {
      const timer = timers.find((one) => one.ms === ms);
      timers = timers.filter((one) => one !== timer);
      timer?.work();
    },
  };
}

export type TestTimers = ReturnType<typeof createTestTimers>;
