import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { pageFolderOf, pageSources } from "../page/build-page.ts";
import { Job } from "./job.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostPageArgs = {
  readonly stack: HostStack;
  /** The service whose page it is. */
  readonly appId: AppId;
  /** Build it again by itself when its source changes. */
  readonly watch: boolean;
};

/** The page of a service, built on this machine; at once where it was built of the same source. */
export class HostPage extends pulumi.ComponentResource {
  /** Where it lies when it is built (absolute). */
  readonly folder: pulumi.Output<string>;

  constructor(name: string, args: HostPageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Page", name, {}, opts);
    const { stack, appId, watch } = args;
    const builder = [process.execPath, "infra/page/main.ts", appId];
    const watched = join(stack.folder, "page", `${appId}-watched`);
    const job = new Job(
      name,
      {
        ...{ name, stackFolder: stack.folder, cwd: stack.clone },
        command: [...builder, ...(watch ? ["--into", watched] : [])],
        triggers: watch ? {} : pageSources(stack.clone, appId),
      },
      { parent: this },
    );
    if (watch) {
      const watcher = new Process(
        `${name}-watcher`,
        {
          ...{ name: `${name}-watcher`, stackFolder: stack.folder, cwd: stack.clone },
          command: [
            ...[process.execPath, "infra/page/run-vite.ts"],
            ...[stack.clone, appId, watched, "watch"],
          ],
          env: { NODE_ENV: "production" },
        },
        { parent: this, dependsOn: [job] },
      );
      this.folder = watcher.pid.apply(() => watched);
    } else {
      this.folder = job.id.apply(() => pageFolderOf(stack.clone, appId));
    }
    this.registerOutputs();
  }
}
