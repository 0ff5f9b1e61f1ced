/** Names of what must not be read by others: of variables, settings, keys. */
const secretName =
  /pass(word|wd|phrase)|secret|token|credential|(api|private|access|client|encryption|signing|account)[-_.]?key|connection[-_.]?string/i;

/** Names that speak of where a secret is, of what kind it is or how long it lasts. */
const pointer =
  /^(existing|image[-_]?pull)|(file|path|dir|name|ref|from|env|url|uri|endpoint|issuer|audience|algorithm|mechanism|type|store|key|ttl|seconds|expiry|length|enabled|mount|prefix|header|id)s?$/i;
/** Keys that are secrets themselves; a `secretKey` is mostly the key of a Secret. */
const isKey = (name: string): boolean =>
  /(api|private|access|client|encryption|signing|account)[-_.]?key$/i.test(name) ||
  name.endsWith("SECRET_KEY");

/** Whether a name says that its value is a secret. */
export const namesSecret = (name: string): boolean =>
  secretName.test(name) && (isKey(name) || !pointer.test(name));

/** Whether a value stands for another one, is a path, or is too plain to be a secret. */
export const isReference = (value: string): boolean =>
  /^(|true|false|null|none|\d+|[$<{%].*|\/[\w.-]+(\/[\w.-]*)*)$/is.test(value);

/** A secret inside a text: a key in PEM, credentials in a URL. */
const inText: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s$<{%@/][^\s@/]*@/i, "a URL with a password"],
];

/** Settings in files of configuration, with what they are set to. */
const settings =
  /(?<name>[A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*(?<quote>["']?)(?<value>[^\s"',;}\]]+)\k<quote>/g;
/** Redis says its passwords with no sign between name and value. */
const redisSettings = /^[ \t]*(requirepass|masterauth|user\s.*\s>)[ \t]*"?[^\s"$<{]+/m;

/** What a text gives away, as `a private key`; empty where nothing is seen. */
export function secretsIn(text: string): string[] {
  const found = inText.filter(([pattern]) => pattern.test(text)).map(([, what]) => what);
  if (redisSettings.test(text)) found.push("a password of Redis");
  for (const { groups } of text.matchAll(settings)) {
    const { name = "", value = "" } = groups ?? {};
    if (namesSecret(name) && !isReference(value)) found.push(`the setting ${name}`);
  }
  return [...new Set(found)];
}
