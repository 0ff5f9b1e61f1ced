import { existsSync } from "node:fs";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";

/** What the API server answered; `body` is parsed where it is JSON. */
export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any object of the API
  readonly body: any;
};

export type Request = {
  readonly method?: "GET" | "PATCH" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
};

/** The API server that a provider is configured with. */
export type Cluster = {
  /** Its address, by which one cluster is told from another. */
  readonly server: string;
  /** Where objects without a namespace go. */
  readonly namespace: string;
  readonly ask: (path: string, request?: Request) => Promise<Answer>;
};

export type ClusterConfig = {
  /** Content or path; by default KUBECONFIG, or `~/.kube/config`. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
};

const timeoutMs = 60_000;

/** @throws when the kubeconfig cannot be read, or names no cluster */
export function openCluster({ kubeconfig, context, namespace }: ClusterConfig): Cluster {
  const config = new KubeConfig();
  if (!kubeconfig) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new Error(`the kubeconfig has no cluster for the context "${config.currentContext}"`);
  }
  const current = config.getContextObject(config.currentContext);
  return {
    server: cluster.server,
    namespace: namespace || current?.namespace || "default",
    ask: (path, request = {}) => ask(config, new URL(path, cluster.server), request),
  };
}

async function ask(config: KubeConfig, url: URL, request: Request): Promise<Answer> {
  const { method = "GET", body, contentType = "application/json", accept } = request;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    method,
    timeout: timeoutMs,
    headers: {
      accept: accept ?? "application/json",
      // Node sends no body with DELETE unless its length is told.
      ...(text !== undefined && {
        "content-type": contentType,
        "content-length": Buffer.byteLength(text),
      }),
    },
  };
  await config.applyToHTTPSOptions(options);
  const send = url.protocol === "http:" ? overHttp : overHttps;
  return new Promise((resolve, reject) => {
    const call = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, body: parsed(answer) });
      });
    });
    const fail = (error: Error): void =>
      reject(new Error(`the cluster at ${url.origin} does not answer: ${error.message}`));
    call.on("timeout", () => call.destroy(new Error(`nothing for ${timeoutMs / 1_000} s`)));
    call.on("error", fail);
    call.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
