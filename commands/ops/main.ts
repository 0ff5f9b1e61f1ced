import { serve } from "@hono/node-server";
import { listDeadLetters, placeOf } from "#commands/events/dead-letters.ts";
import { handleLetters } from "#commands/events/handle.ts";
import { withAdmin } from "#commands/events/kafka.ts";
import { localAccess } from "#commands/events/local-access.ts";
import { readOutputs } from "#commands/local/outputs.ts";
import { visitorOf } from "./access.ts";
import { createOperatorApp } from "./app.ts";
import { readOverview, shared } from "./overview.ts";

/** The page of operators, on PORT of HOST alone; people come to it by the stack's gateway. */
const { HOST: hostname = "127.0.0.1", PORT } = process.env;
if (!PORT) {
  console.error("ops: PORT must be set");
  process.exit(78); // EX_CONFIG of sysexits.h
}

const freshMs = 1_000;

const app = createOperatorApp({
  visitorOf: (headers) => visitorOf(headers, readOutputs()?.services.backend?.urls ?? []),
  origins: () => {
    const { baseUrl } = readOutputs() ?? {};
    return baseUrl ? [baseUrl, baseUrl.replace("127.0.0.1", "localhost")] : [];
  },
  overview: shared(readOverview, freshMs),
  letter: async (id) => {
    const [place, access] = [placeOf(id), localAccess()];
    if (!place) return undefined;
    const letters = await withAdmin(access, (admin) => listDeadLetters(access, admin, [place]));
    return letters.find((letter) => letter.id === id);
  },
  handle: async (id, verdict) => {
    const [place, access] = [placeOf(id), localAccess()];
    if (!place) return { done: [], missing: [id] };
    return withAdmin(access, (admin) => handleLetters(access, admin, place, verdict, [id]));
  },
});

const server = serve({ fetch: app.fetch, hostname, port: Number(PORT) }, ({ port }) => {
  console.log(`ops: the page of operators on http://${hostname}:${port}/ops`);
});

const stop = (): void => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 2_000).unref();
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
