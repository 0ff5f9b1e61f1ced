import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UnpackedImage } from "./unpacked.ts";

/** Whether containers can be run here: it takes runc and the rights of root. */
export const canRunContainers = (): boolean =>
  process.getuid?.() === 0 && spawnSync("runc", ["--version"]).status === 0;

/**
 * Starts a container as a pod of level `restricted` would: read-only, without rights, as the user
 * of the image; on the network of this machine, so that it is reached at 127.0.0.1.
 */
export function startContainer(
  { config, root }: UnpackedImage,
  options: { folder: string; name: string; args?: string[]; env?: Record<string, string> },
): ChildProcess {
  const folder = join(options.folder, options.name);
  mkdirSync(folder, { recursive: true });
  const [uid, gid] = config.User.split(":").map(Number);
  const mount = (destination: string, type: string) => ({ destination, type, source: type });
  const specification = {
    ociVersion: "1.0.2",
    root: { path: root, readonly: true },
    process: {
      user: { uid, gid },
      cwd: config.WorkingDir,
      args: [...config.Entrypoint, ...(options.args ?? config.Cmd)],
      env: [
        ...config.Env,
        ...Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
      ],
      noNewPrivileges: true,
    },
    mounts: [mount("/proc", "proc"), mount("/dev", "tmpfs")],
    linux: { namespaces: ["mount", "pid", "ipc", "uts"].map((type) => ({ type })) },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(specification));
  const state = join(options.folder, "state");
  return spawn("runc", ["--root", state, "run", "--bundle", folder, options.name], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Waits for the end of a container and returns how it ended and all it said. */
export async function endOf(container: ChildProcess): Promise<{ code: number; output: string }> {
  let output = "";
  for (const stream of [container.stdout, container.stderr]) {
    stream?.on("data", (text) => {
      output += text;
    });
  }
  const code = await new Promise<number>((settle) => container.once("close", settle));
  return { code, output };
}
