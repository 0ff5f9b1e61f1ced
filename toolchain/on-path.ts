import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { isReachableByOthers } from "./cache-root.ts";
import { executablesOnPath, isExecutable, type Setting, versionOutput } from "./probe.ts";
import { minimums, type Program, type ProgramName } from "./programs.ts";
import { atLeast, parseJavaVersion, parseVersion } from "./versions.ts";

/** A program that this machine already has, in a version that fits; `undefined` when not. */
export function onPath(name: ProgramName, setting: Setting): Program | undefined {
  return rules[name](setting);
}

const rules: Record<ProgramName, (setting: Setting) => Program | undefined> = {
  pulumi: (setting) => pulumiPair(setting)?.[0],
  "pulumi-language-nodejs": (setting) => pulumiPair(setting)?.[1],
  // That of the release loses events, see DECISIONS: always ours.
  daprd: () => undefined,
  // Neither answers `--version` and their usual names, `scheduler` and `sentry`, could be
  // anything: always ours.
  "dapr-scheduler": () => undefined,
  "dapr-sentry": () => undefined,
  kafka: kafkaHome,
  "redis-server": (setting) =>
    firstFitting("redis-server", setting, (version) => atLeast(version, minimums["redis-server"])),
  postgres: postgresHome,
  promtool: (setting) => firstFitting("promtool", setting, (version) => atLeast(version, "3")),
  // Its jar is started by us, so there is none to be found.
  zipkin: () => undefined,
  k6: (setting) => firstFitting("k6", setting, (version) => atLeast(version, "1")),
  // What it refuses grows with its versions: always the one that the workflows are known to pass.
  actionlint: () => undefined,
  java,
  // What stands in a cluster of ours is ours: versions fit each other and are those of the tests.
  kubernetes: () => undefined,
  helm: () => undefined,
  coredns: () => undefined,
  "local-path-provisioner": () => undefined,
  pause: () => undefined,
  "dapr-control-plane": () => undefined,
};

/** The command and its Node.js host come as a pair: each speaks the other's protocol. */
function pulumiPair(setting: Setting): [Program, Program] | undefined {
  const host = "pulumi-language-nodejs";
  for (const path of executablesOnPath("pulumi", setting.environment)) {
    const version = parseVersion(versionOutput(path, "version", setting));
    if (version === undefined || !/^3\./.test(version) || !atLeast(version, minimums.pulumi)) {
      continue;
    }
    const beside = [dirname(path), dirname(realpathSync(path))].map((folder) => join(folder, host));
    const hosts = [...beside, ...executablesOnPath(host, setting.environment)];
    const hostPath = hosts.find(isExecutable);
    if (hostPath === undefined) continue;
    // The host does not tell its version; distributions release it together with the command.
    return [
      { name: "pulumi", version, path, from: "path" },
      { name: host, version, path: hostPath, from: "path" },
    ];
  }
  return undefined;
}

function firstFitting(
  name: "redis-server" | "promtool" | "k6",
  setting: Setting,
  fits: (version: string) => boolean,
): Program | undefined {
  for (const path of executablesOnPath(name, setting.environment)) {
    const version = parseVersion(versionOutput(path, "--version", setting));
    if (version !== undefined && fits(version)) return { name, version, path, from: "path" };
  }
  return undefined;
}

function postgresHome(setting: Setting): Program | undefined {
  for (const path of executablesOnPath("postgres", setting.environment)) {
    const folder = dirname(realpathSync(path));
    if (!isExecutable(join(folder, "initdb"))) continue;
    // As root it runs as another user, who must be able to reach it.
    if (process.getuid?.() === 0 && !isReachableByOthers(folder)) continue;
    const version = parseVersion(versionOutput(path, "--version", setting));
    if (version !== undefined && atLeast(version, minimums.postgres)) {
      return { name: "postgres", version, path: dirname(folder), from: "path" };
    }
  }
  return undefined;
}

function kafkaHome(setting: Setting): Program | undefined {
  const home = setting.environment.KAFKA_HOME;
  if (!home || !existsSync(join(home, "libs"))) return undefined;
  const broker = readdirSync(join(home, "libs")).find((file) =>
    /^kafka_2\.13-\d.*\.jar$/.test(file),
  );
  const version = broker && parseVersion(broker.slice("kafka_2.13-".length));
  if (!version || !atLeast(version, minimums.kafka)) return undefined;
  return { name: "kafka", version, path: home, from: "path" };
}

function java(setting: Setting): Program | undefined {
  const home = setting.environment.JAVA_HOME;
  const candidates = [
    ...(home ? [join(home, "bin", "java")].filter(isExecutable) : []),
    ...executablesOnPath("java", setting.environment),
  ];
  for (const path of candidates) {
    const version = javaVersion(path, setting);
    if (version !== undefined && atLeast(version, minimums.java)) {
      return { name: "java", version, path, from: "path" };
    }
  }
  return undefined;
}

function javaVersion(path: string, setting: Setting): string | undefined {
  // Every distribution since 9 says its version in a file: no need to start a virtual machine.
  const release = join(dirname(dirname(realpathSync(path))), "release");
  const line = existsSync(release) && /^JAVA_VERSION=(.*)$/m.exec(readFileSync(release, "utf8"));
  return parseJavaVersion(line ? (line[1] ?? "") : versionOutput(path, "-version", setting));
}
