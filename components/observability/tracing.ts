import { stringify } from "yaml";
import type { StackSize } from "#apps/contracts/topics.ts";
import type { ImageOverrides } from "#components/images.ts";
import { imageOf } from "#components/images.ts";
import type { Place, Reach } from "#components/place.ts";
import { selectorOf } from "#components/place.ts";
import type { WorkloadArgs } from "./workload.ts";

/**
 * Which of the traces that arrive are kept: all, a share decided by the trace's id, or all that
 * failed or were slow and a share of the rest. For the last, sidecars must send every trace.
 */
export type Sampling =
  | { readonly kind: "all" }
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "interesting"; readonly share: number; readonly slowMs: number };

export const collectorName = "otel-collector";
export const zipkinName = "zipkin";
const zipkinPort = 9_411;
export const collectorPorts = { zipkin: zipkinPort, otlp: 4_317, "otlp-http": 4_318 } as const;

/** Where traces are sent, and how the network lets them through. */
export type Tracing = {
  /** For sidecars, which speak Zipkin's protocol. */
  readonly zipkinEndpoint: string;
  /** For services, which speak OpenTelemetry's, over gRPC and over HTTP. */
  readonly otlpEndpoint: string;
  readonly otlpHttpEndpoint: string;
  readonly reach: Reach;
};

/** Addresses of the collector of a namespace; known before it exists. */
export const tracingOf = ({ namespace }: Pick<Place, "namespace">): Tracing => {
  const host = `${collectorName}.${namespace}.svc.cluster.local`;
  return {
    zipkinEndpoint: `http://${host}:${collectorPorts.zipkin}/api/v2/spans`,
    otlpEndpoint: `${host}:${collectorPorts.otlp}`,
    otlpHttpEndpoint: `http://${host}:${collectorPorts["otlp-http"]}`,
    reach: {
      peers: [{ podSelector: { matchLabels: selectorOf(collectorName) } }],
      ports: Object.values(collectorPorts),
    },
  };
};

type TracingArgs = {
  readonly place: Place;
  readonly sampling: Sampling;
  readonly images: ImageOverrides;
  readonly pullSecrets: readonly string[];
};

/** Takes traces from sidecars and services, decides which are kept, and hands them to Zipkin. */
export const collectorWorkload = (args: TracingArgs): WorkloadArgs => ({
  place: args.place,
  image: imageOf("opentelemetry-collector", args.images),
  args: ["--config=/etc/collector/config.yaml"],
  ports: { ...collectorPorts, metrics: 8_888, health: 13_133 },
  health: { port: "health", path: "/" },
  resources: collectorResources[args.place.size],
  config: {
    file: "/etc/collector/config.yaml",
    content: stringify(collectorConfig(args.sampling), { lineWidth: 0 }),
  },
  pullSecrets: args.pullSecrets,
});

/** The collector's configuration. */
export function collectorConfig(sampling: Sampling) {
  const sampler = samplerOf(sampling);
  return {
    extensions: { health_check: { endpoint: "0.0.0.0:13133" } },
    receivers: {
      zipkin: { endpoint: `0.0.0.0:${collectorPorts.zipkin}` },
      otlp: {
        protocols: {
          grpc: { endpoint: `0.0.0.0:${collectorPorts.otlp}` },
          http: { endpoint: `0.0.0.0:${collectorPorts["otlp-http"]}` },
        },
      },
    },
    processors: {
      // First of all: under pressure it refuses what comes instead of dying with what it has.
      memory_limiter: { check_interval: "1s", limit_percentage: 75, spike_limit_percentage: 20 },
      ...sampler,
      batch: { send_batch_size: 512, timeout: "1s" },
    },
    exporters: { zipkin: { endpoint: `http://${zipkinName}:${zipkinPort}/api/v2/spans` } },
    service: {
      extensions: ["health_check"],
      pipelines: {
        traces: {
          receivers: ["zipkin", "otlp"],
          processors: ["memory_limiter", ...Object.keys(sampler), "batch"],
          exporters: ["zipkin"],
        },
      },
      telemetry: {
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8_888 } } } }],
        },
      },
    },
  };
}

function samplerOf(sampling: Sampling): Readonly<Record<string, object>> {
  switch (sampling.kind) {
    case "all":
      return {};
    case "share":
      return { probabilistic_sampler: { sampling_percentage: sampling.share * 100 } };
    case "interesting":
      return {
        tail_sampling: {
          // As long as an event may take to its last effect, and then some.
          decision_wait: "10s",
          num_traces: 20_000,
          policies: [
            { name: "failed", type: "status_code", status_code: { status_codes: ["ERROR"] } },
            { name: "slow", type: "latency", latency: { threshold_ms: sampling.slowMs } },
            {
              name: "rest",
              type: "probabilistic",
              probabilistic: { sampling_percentage: sampling.share * 100 },
            },
          ],
        },
      };
  }
}

/** Shows traces. It keeps the newest in memory: they are for looking at today, not for keeping. */
export const zipkinWorkload = ({ place, images, pullSecrets }: TracingArgs): WorkloadArgs => {
  const { spans, heap, ...resources } = zipkinResources[place.size];
  return {
    place,
    image: imageOf("zipkin", images),
    env: {
      STORAGE_TYPE: "mem",
      MEM_MAX_SPANS: String(spans),
      JAVA_OPTS: `-Xms${heap} -Xmx${heap} -XX:+ExitOnOutOfMemoryError`,
    },
    ports: { http: zipkinPort },
    health: { port: "http", path: "/health" },
    resources,
    pullSecrets,
  };
};

const collectorResources: Record<StackSize, WorkloadArgs["resources"]> = {
  dev: { cpu: "20m", memory: "192Mi" },
  prod: { cpu: "200m", memory: "1Gi" },
};

const zipkinResources = {
  dev: { cpu: "50m", memory: "384Mi", heap: "192m", spans: 50_000 },
  prod: { cpu: "200m", memory: "2Gi", heap: "1400m", spans: 500_000 },
} as const satisfies Record<StackSize, object>;
