import { readFileSync } from "node:fs";
import type { ApiServer } from "../api-server.ts";
import type { Provider } from "./provider.ts";

/** What the runner hands to the tests. */
export type Setting = {
  /** A folder for states and charts, removed at the end. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** How that API server is come to, without the kubeconfig. */
  readonly access: Pick<ApiServer, "url" | "token" | "certificate">;
  readonly provider: Provider;
  /** Of the stacks in clouds only as much as a few minutes are enough for. */
  readonly isShort?: boolean;
};

/** The variable that holds the path of a file with the setting. */
export const settingVariable = "ENGINE_SETTING";

/** @throws where the tests are not started by `npm run engine-test` */
export function readSetting(): Setting {
  const file = process.env[settingVariable];
  if (file === undefined) throw new Error("start these tests by `npm run engine-test`");
  return JSON.parse(readFileSync(file, "utf8")) as Setting;
}
