import { createServer, type LookupFunction, type Server, type Socket } from "node:net";
import { type KubeConfig, PortForward } from "@kubernetes/client-node";

/** Connects what comes in on a socket with a port of a pod. */
export type OpenWay = (pod: string, port: number, socket: Socket) => Promise<unknown>;

/** A way into a cluster by its API server, as `kubectl port-forward` goes. */
export const waysBy = (config: KubeConfig, namespace: string): OpenWay => {
  const forward = new PortForward(config);
  return (pod, port, socket) => forward.portForward(namespace, pod, [port], socket, null, socket);
};

/**
 * Finds pods by the names that they have in their cluster (`todo-node-0.….svc`) at addresses of this
 * machine, one each, from where their port is forwarded. Brokers tell clients to come to each of them
 * by its name, and certificates say it too: so names stay, and only what they mean is another.
 */
export function lookupOfPods(open: OpenWay, port: number): LookupFunction {
  const addresses = new Map<string, Promise<string>>();
  return (hostname, options, callback) => {
    const [pod = hostname] = hostname.split(".");
    const known = addresses.get(pod);
    const address = known ?? listen(addresses.size + 1, pod, port, open);
    addresses.set(pod, address);
    address.then(
      (found) =>
        options.all ? callback(null, [{ address: found, family: 4 }]) : callback(null, found, 4),
      (error) => callback(error, ""),
    );
  };
}

/** Takes connections at a loopback address that nobody else has: of this process, and of the pod. */
async function listen(index: number, pod: string, port: number, open: OpenWay): Promise<string> {
  const address = `127.77.${1 + (process.pid % 250)}.${index}`;
  const server: Server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    open(pod, port, socket).catch((error: Error) => {
      console.error(`no way to pod ${pod}: ${error.message}`);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  // It ends with the command.
  server.unref();
  return address;
}
