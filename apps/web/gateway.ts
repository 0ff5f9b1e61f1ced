import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type { GatewayFacts } from "#apps/contracts/gateway.ts";
import { appIds } from "#apps/contracts/services.ts";
import { forward, silenceMs } from "./forward.ts";
import { problemText, writeLostPage, writeProblem } from "./problem.ts";
import { createReplicas } from "./replicas.ts";
import { routes, serviceOf } from "./route-table.ts";
import { forwardUpgrade } from "./upgrade.ts";

export type GatewayOptions = GatewayFacts & {
  readonly host: string;
  readonly log: Logger;
  /** Called when it cannot listen. */
  readonly onError: (error: Error) => void;
};

export type RunningGateway = {
  /** Resolves to the port when it listens. */
  readonly listening: Promise<number>;
  /** No new connections; requests under way end, and a kept connection with its last answer. */
  readonly drain: () => void;
  /** Waits for what is under way, ends what takes longer than this, and closes. */
  readonly close: (withinMs?: number) => Promise<void>;
};

/**
 * The way in on a machine without a Gateway API: hands each request on, as it streams, to the
 * service whose contract makes its path public, and refuses all others. Bodies are never kept.
 */
export function startGateway({
  host,
  port,
  targets,
  besides = {},
  log,
  onError,
}: GatewayOptions): RunningGateway {
  // With a time of its own the agent heeds the one that a service announces for kept connections, and
  // lets go first. Else a request may be sent just as its service closes, and nobody can say whether
  // it was heard.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: silenceMs });
  const replicas = new Map<string, Replicas>([
    ...appIds.map((appId) => [appId, createReplicas(targets[appId] ?? [])] as const),
    ...Object.entries(besides).map(([path, urls]) => [path, createReplicas(urls)] as const),
  ]);
  const table = [...routes, ...Object.keys(besides).map((path) => ({ prefix: path, appId: path }))];
  const tunnels = new Set<Duplex>();
  let draining = false;
  const drain = () => {
    if (draining) return;
    draining = true;
    server.close();
    server.closeIdleConnections();
    // Connections become idle one by one, as their answers end.
    const timer = setInterval(() => server.closeIdleConnections(), 50);
    server.once("close", () => clearInterval(timer));
  };

  const replicasFor = (request: IncomingMessage): Replicas | undefined => {
    const owner = serviceOf<string>(request.url ?? "", table);
    return owner === undefined ? undefined : replicas.get(owner);
  };

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (draining) response.setHeader("connection", "close");
    const service = replicasFor(request);
    if (!service) {
      // A browser says so when it is a person that goes somewhere.
      if (request.headers["sec-fetch-mode"] === "navigate") return writeLostPage(response);
      return writeProblem(response, 404, "Not found", "nothing is served here");
    }
    forward(request, response, { replicas: service, agent, log });
  };

  const server = createServer(
    {
      // All else that a request would like to change to (h2c) is answered as if it did not.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
      noDelay: true,
    },
    answer,
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const service = replicasFor(request);
    if (!service || draining) return socket.end(problemText(draining ? 503 : 404));
    tunnels.add(socket);
    socket.once("close", () => tunnels.delete(socket));
    forwardUpgrade({ request, socket, head }, { replicas: service, log });
  });
  server.on("error", onError);
  const closed = new Promise((resolve) => server.once("close", resolve));
  const listening = new Promise<number>((resolve) => {
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });

  return {
    listening,
    drain,
    close: async (withinMs = 5_000) => {
      drain();
      // What is open for good is for its other end to begin anew.
      for (const tunnel of tunnels) tunnel.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), withinMs);
      await closed;
      clearTimeout(timer);
      agent.destroy();
    },
  };
}

type Replicas = ReturnType<typeof createReplicas>;
