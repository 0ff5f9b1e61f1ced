import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A version of an image in a registry: `docker.io/library/redis`, `8.2.3`. */
export type ImageVersion = { readonly repository: string; readonly tag: string };

// An image for several platforms first: its digest is the same on all of them.
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const timeoutMs = 20_000;

/**
 * Asks the registry for the digest of what it has under a tag now, as `sha256:…`. Signs in as
 * `docker login` left it in the configuration of Docker, otherwise as nobody.
 * @throws Error that names the image and what its registry said
 */
export async function digestOf(image: ImageVersion): Promise<string> {
  const { host, name } = placeOf(image.repository);
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? "http" : "https";
  const url = new URL(`${scheme}://${host}/v2/${name}/manifests/${image.tag}`);
  const what = `${image.repository}:${image.tag}`;
  try {
    const asked = await ask("HEAD", url, basicOf(host));
    const digest = asked.headers.get("docker-content-digest") ?? (await hashed(url, host));
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`it calls it ${digest}`);
    return digest;
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new Error(`${what}: its registry could not be asked for the digest: ${reason}`, {
      cause: error,
    });
  }
}

/** A registry that does not say it: the digest is that of the manifest's own bytes. */
async function hashed(url: URL, host: string): Promise<string> {
  const body = await (await ask("GET", url, basicOf(host))).arrayBuffer();
  return `sha256:${createHash("sha256").update(Buffer.from(body)).digest("hex")}`;
}

async function ask(method: "HEAD" | "GET", url: URL, basic: string | undefined): Promise<Response> {
  const send = (authorization?: string) =>
    fetch(url, {
      method,
      headers: { accept: manifestTypes, ...(authorization && { authorization }) },
      signal: AbortSignal.timeout(timeoutMs),
    });
  let answer = await send();
  if (answer.status === 401) {
    answer = await send(await permitOf(answer.headers.get("www-authenticate") ?? "", basic));
  }
  if (answer.ok) return answer;
  const hint = answer.status === 401 || answer.status === 403 ? "; docker login to it first" : "";
  throw new Error(`it answers ${answer.status}${hint}`);
}

/** What a registry wants to be shown: the account itself, or a token that is got with or without. */
async function permitOf(challenge: string, basic: string | undefined): Promise<string | undefined> {
  const account = basic && `Basic ${basic}`;
  if (!/^bearer /i.test(challenge)) return account;
  const told = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const { realm, ...query } = told;
  if (!realm) throw new Error("it does not say where to get a token");
  const url = new URL(realm);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const answer = await fetch(url, {
    headers: account ? { authorization: account } : {},
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok) throw new Error(`${url.host} gives no token (${answer.status})`);
  const { token, access_token } = (await answer.json()) as Record<string, string | undefined>;
  return `Bearer ${token ?? access_token}`;
}

/** Docker's own names are short: its registry has another host, and `library` is left out. */
function placeOf(repository: string): { host: string; name: string } {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const name = isHost ? rest.join("/") : repository;
  if (isHost && first !== "docker.io") return { host: first, name };
  return { host: "registry-1.docker.io", name: name.includes("/") ? name : `library/${name}` };
}

/** The account of a registry, base64, where `docker login` wrote it down itself. */
function basicOf(host: string): string | undefined {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const file = join(folder, "config.json");
  if (!existsSync(file)) return undefined;
  const { auths = {} } = JSON.parse(readFileSync(file, "utf8"));
  const name = host === "registry-1.docker.io" ? "https://index.docker.io/v1/" : host;
  return auths[name]?.auth;
}
