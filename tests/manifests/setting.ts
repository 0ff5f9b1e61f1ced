import { readFileSync } from "node:fs";
import type { ApiServer } from "../api-server.ts";
import type { Defaults } from "./chart-values.ts";
import type { KafkaNames } from "./kafka-names.ts";
import type { Render } from "./renders.ts";

/** What the runner hands to the tests. */
export type Setting = Pick<ApiServer, "url" | "token" | "certificate"> & {
  readonly renders: readonly Render[];
  /** What charts become that are on this machine. */
  readonly chartRenders: readonly Render[];
  /** Groups whose schemas are not on this machine: their objects are skipped by name. */
  readonly absentGroups: readonly string[];
  /** What the charts that are on this machine know, by the name of their release. */
  readonly chartDefaults: Readonly<Record<string, Defaults>>;
  readonly kafkaNames: KafkaNames;
};

/** The variable that holds the path of a file with the setting. */
export const settingVariable = "MANIFESTS_SETTING";

/** @throws where the tests are not started by `npm run manifests-test` */
export function readSetting(): Setting {
  const file = process.env[settingVariable];
  if (file === undefined) throw new Error("start these tests by `npm run manifests-test`");
  return JSON.parse(readFileSync(file, "utf8")) as Setting;
}
