/** One step of the run, as it is told at the end. */
export type Phase = {
  readonly name: string;
  readonly seconds: number;
  readonly failure: string | undefined;
};

/** Runs steps one after the other and times them; after a failure the rest are not begun. */
export function createPhases() {
  const done: Phase[] = [];
  return {
    done,
    /** What ended the run and was no step's own failure counts as one. */
    fail(name: string, error: unknown): void {
      if (done.some(({ failure }) => failure !== undefined)) return;
      done.push({ name, seconds: 0, failure: (error as Error).message });
    },
    async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
      console.log(`\n--- ${name}`);
      const since = performance.now();
      const end = (failure?: string): void => {
        const seconds = (performance.now() - since) / 1_000;
        done.push({ name, seconds, failure });
        console.log(`--- ${name}: ${failure ? "FAILED" : "passed"} in ${seconds.toFixed(1)} s`);
      };
      try {
        const result = await work();
        end();
        return result;
      } catch (error) {
        end((error as Error).message);
        throw error;
      }
    },
  };
}

export type Phases = ReturnType<typeof createPhases>;

/** The phases as a table. */
export function table(phases: readonly Phase[]): string {
  const width = Math.max(...phases.map(({ name }) => name.length));
  return phases
    .map(
      ({ name, seconds, failure }) =>
        `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s  ${failure ? "FAILED" : "passed"}`,
    )
    .join("\n");
}
