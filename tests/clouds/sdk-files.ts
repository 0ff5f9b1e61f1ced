import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** A type as an SDK writes it down, and the file in which its names mean something. */
export type Written = { readonly node: ts.TypeNode; readonly file: ts.SourceFile };

/** A property of an object by its declaration. */
export type Property = Written & { readonly optional: boolean };

/** What an SDK says of one kind of resource: what it takes and what it has once it is made. */
export type Definition = {
  readonly inputs: ReadonlyMap<string, Property>;
  readonly outputs: ReadonlyMap<string, Property>;
};

/** What an SDK does not declare, so that nothing can be said about it. */
export class UndeclaredError extends Error {
  override readonly name = "UndeclaredError";
}

const packages = join(import.meta.dirname, "../../node_modules/@pulumi");
const parsed = new Map<string, ts.SourceFile>();

/** The declaration file of a package, parsed once. */
export function sourceAt(path: string): ts.SourceFile {
  const real = realpathSync(path);
  const known = parsed.get(real);
  if (known) return known;
  const file = ts.createSourceFile(real, readFileSync(real, "utf8"), ts.ScriptTarget.Latest, false);
  parsed.set(real, file);
  return file;
}

/**
 * The file that declares what a token of Pulumi names: `azure-native:network:Subnet` is
 * `network/subnet.d.ts`, `gcp:container/cluster:Cluster` is `container/cluster.d.ts`.
 * @throws UndeclaredError
 */
export function fileOf(token: string): ts.SourceFile {
  const [provider = "", module = "", name = ""] = token.split(":");
  const leaf = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const folders = [...new Set([module, module.toLowerCase(), dirname(module.toLowerCase())])];
  const candidates = folders.flatMap((folder) => [
    join(packages, provider, `${folder}.d.ts`),
    ...[leaf, leaf.toLowerCase()].map((file) => join(packages, provider, folder, `${file}.d.ts`)),
  ]);
  const found = candidates.find((path) => !path.endsWith("/index.d.ts") && existsSync(path));
  if (found) return sourceAt(found);
  throw new UndeclaredError(`No file of @pulumi/${provider} declares ${token}`);
}

/**
 * What the SDK declares of a type of resource, by its token.
 * @throws UndeclaredError
 */
export function definitionOf(token: string): Definition {
  const name = token.split(":").at(-1) ?? "";
  const file = fileOf(token);
  const resource = file.statements.find(
    (one): one is ts.ClassDeclaration => ts.isClassDeclaration(one) && one.name?.text === name,
  );
  const taken = interfaceIn(file, `${name}Args`);
  if (!resource || !taken)
    throw new UndeclaredError(`${token} is not declared in ${file.fileName}`);
  const outputs = resource.members
    .filter((member) => ts.isPropertyDeclaration(member))
    .flatMap((member) => propertyOf(member, file));
  return { inputs: propertiesOf(taken, file), outputs: new Map(outputs) };
}

/**
 * What a function of the SDK answers with.
 * @throws UndeclaredError
 */
export function resultOf(token: string): ReadonlyMap<string, Property> {
  const { file, name } = functionOf(token);
  const result = interfaceIn(file, `${name}Result`);
  if (!result) throw new UndeclaredError(`${token} is not declared in ${file.fileName}`);
  return propertiesOf(result, file);
}

/**
 * What a function of the SDK is asked with: nothing, where it declares no arguments.
 * @throws UndeclaredError
 */
export function argumentsOf(token: string): ReadonlyMap<string, Property> {
  const { file, name } = functionOf(token);
  const taken = interfaceIn(file, `${name}Args`);
  return taken ? propertiesOf(taken, file) : new Map();
}

function functionOf(token: string) {
  const name = token.split(":").at(-1) ?? "";
  return { file: fileOf(token), name: `${name.charAt(0).toUpperCase()}${name.slice(1)}` };
}

/** The properties of an interface or of an object type written in place. */
export const propertiesOf = (
  { members }: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  file: ts.SourceFile,
): ReadonlyMap<string, Property> =>
  new Map(
    [...members]
      .filter((member) => ts.isPropertySignature(member))
      .flatMap((member) => propertyOf(member, file)),
  );

/** An interface by its name, in the file itself or in namespaces within it. */
export function interfaceIn(
  file: ts.SourceFile,
  name: string,
  namespaces: readonly string[] = [],
): ts.InterfaceDeclaration | undefined {
  return indexOf(file).get([...namespaces, name].join("."));
}

const indexes = new Map<ts.SourceFile, ReadonlyMap<string, ts.InterfaceDeclaration>>();

/** Files of types have tens of thousands of interfaces, so they are listed once. */
function indexOf(file: ts.SourceFile): ReadonlyMap<string, ts.InterfaceDeclaration> {
  const known = indexes.get(file);
  if (known) return known;
  const index = new Map<string, ts.InterfaceDeclaration>();
  const list = (statements: readonly ts.Statement[], prefix: string): void => {
    for (const one of statements) {
      if (ts.isInterfaceDeclaration(one)) index.set(`${prefix}${one.name.text}`, one);
      if (ts.isModuleDeclaration(one) && one.body && ts.isModuleBlock(one.body)) {
        list([...one.body.statements], `${prefix}${one.name.text}.`);
      }
      // `namespace a.b` is a module whose body is another one.
      if (ts.isModuleDeclaration(one) && one.body && ts.isModuleDeclaration(one.body)) {
        list([one.body], `${prefix}${one.name.text}.`);
      }
    }
  };
  list([...file.statements], "");
  indexes.set(file, index);
  return index;
}

function propertyOf(
  { name, type, questionToken }: ts.PropertySignature | ts.PropertyDeclaration,
  file: ts.SourceFile,
): [string, Property][] {
  if (!type || !(ts.isIdentifier(name) || ts.isStringLiteral(name))) return [];
  return [[name.text, { node: type, file, optional: questionToken !== undefined }]];
}
