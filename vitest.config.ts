import { defineConfig } from "vitest/config";

const all = ["{apps,commands,components,infra,policy,stacks,tests,toolchain}/**/*.test.ts"];
/** These hold something to fractions of a second, so that nothing runs beside them. */
const byTheClock = [
  "apps/kit/dapr/*.test.ts",
  "apps/kit/events/subscriptions.test.ts",
  "apps/kit/http/serve.test.ts",
  "apps/kit/recurrence/next-occurrence.test.ts",
  "tests/faults/load.test.ts",
  "tests/redis/*.test.ts",
];

// Unit tests sit beside the file they test and need only Node and npm. What needs the running
// system has a runner of its own: see tests/e2e and tests/faults.
export default defineConfig({
  test: {
    // One for each processor: by default Vitest leaves one out, which of two is half of them.
    maxWorkers: "100%",
    // Generous: on a busy machine a bundle or a database of a test takes its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: "unit", include: all, exclude: byTheClock } },
      {
        extends: true,
        test: {
          name: "by the clock",
          include: byTheClock,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
