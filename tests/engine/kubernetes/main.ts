import { createReporter } from "#infra/host/provider/reporter.ts";
import { serve } from "#infra/host/provider/serve.ts";
import { createHandlers } from "./server.ts";
import type { Context } from "./waiting.ts";

// A stand-in for pulumi-resource-kubernetes, which the engine starts: once for each provider of
// the program, so that each has a cluster of its own.

const interrupted = new AbortController();
const report = createReporter();

const contextFor = (urn: string, timeoutSeconds = 0): Context => ({
  signal: interrupted.signal,
  timeoutSeconds,
  report: (message) => report(urn, "status", message),
});

serve(createHandlers({ contextFor, cancel: () => interrupted.abort() }));
