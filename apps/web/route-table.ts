import { type AppId, appIds, contractOf } from "#apps/contracts/services.ts";

/** A path with all below it, and whose it is. */
export type Route<Owner extends string = AppId> = {
  readonly prefix: string;
  readonly appId: Owner;
};

/** Every public path of the contracts, the longest first, as the Gateway API picks them. */
export const routes: readonly Route[] = appIds
  .flatMap((appId) => contractOf(appId).publicPaths.map((prefix) => ({ prefix, appId })))
  .sort((one, other) => other.prefix.length - one.prefix.length);

/**
 * The service that a request target (`/api/tasks?limit=5`) belongs to; undefined where nothing is
 * public. A prefix is of whole segments; `/` is the page alone and not all that lies below it, so
 * that what is not named is never reached.
 */
export function serviceOf<Owner extends string = AppId>(
  target: string,
  table: readonly Route<Owner | AppId>[] = routes,
): Owner | AppId | undefined {
  const path = target.split("?", 1)[0] ?? "";
  if (!isPlain(path)) return undefined;
  return table.find(
    ({ prefix }) => path === prefix || (prefix !== "/" && path.startsWith(`${prefix}/`)),
  )?.appId;
}

/**
 * Whether every reader of a path sees the same one. A service reads `/api/../internal` and
 * `/api/%2e%2e\internal` as a path that is not below `/api`: such paths go nowhere.
 */
function isPlain(path: string): boolean {
  if (!path.startsWith("/") || /[\\#\s]/.test(path)) return false;
  return path
    .slice(1)
    .split("/")
    .every((segment, index, { length }) => {
      const read = segment.replaceAll(/%2e/gi, ".").replaceAll(/%(2f|5c)/gi, "/");
      const isEmptyInside = segment === "" && index < length - 1;
      return !isEmptyInside && !/^\.{1,2}$/.test(read) && !read.includes("/");
    });
}
