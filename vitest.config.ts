import { defineConfig } from "vitest/config";

// Unit tests sit beside the file they test and need only Node and npm. What needs the running
// system has a runner of its own: see tests/e2e and tests/faults.
export default defineConfig({
  test: {
    include: ["{apps,commands,components,infra,policy,stacks,tests,toolchain}/**/*.test.ts"],
    // Generous: on a busy machine a bundle or a database of a test takes its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
