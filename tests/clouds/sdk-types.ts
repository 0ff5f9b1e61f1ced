import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Property, Written } from "./sdk-files.ts";
import { interfaceIn, propertiesOf, sourceAt, UndeclaredError } from "./sdk-files.ts";

/** A type of an SDK without what Pulumi wraps around it: a value that comes late is the value. */
export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "any" | "nothing" }
  | { readonly kind: "literal"; readonly values: readonly unknown[] }
  | { readonly kind: "list"; readonly of: Written }
  | { readonly kind: "map"; readonly of: Written }
  | { readonly kind: "object"; readonly properties: ReadonlyMap<string, Property> }
  | { readonly kind: "either"; readonly of: readonly Shape[] };

const keywords: ReadonlyMap<ts.SyntaxKind, Shape> = new Map([
  [ts.SyntaxKind.StringKeyword, { kind: "string" }],
  [ts.SyntaxKind.NumberKeyword, { kind: "number" }],
  [ts.SyntaxKind.BooleanKeyword, { kind: "boolean" }],
  [ts.SyntaxKind.AnyKeyword, { kind: "any" }],
  [ts.SyntaxKind.UndefinedKeyword, { kind: "nothing" }],
]);

/**
 * What a value of this type looks like.
 * @throws UndeclaredError for a form that this reader does not know: nothing is passed over
 */
export function shapeOf({ node, file }: Written): Shape {
  const keyword = keywords.get(node.kind);
  if (keyword) return keyword;
  if (ts.isParenthesizedTypeNode(node)) return shapeOf({ node: node.type, file });
  if (ts.isArrayTypeNode(node)) return { kind: "list", of: { node: node.elementType, file } };
  if (ts.isUnionTypeNode(node)) {
    return eitherOf(node.types.map((one) => shapeOf({ node: one, file })));
  }
  if (ts.isLiteralTypeNode(node)) return literalOf(node, file);
  if (ts.isTypeLiteralNode(node)) return objectOf(node, file);
  if (ts.isTypeReferenceNode(node)) return namedOf(node, file);
  throw unreadable(node, file);
}

/** Members that are themselves a choice are laid flat. */
function eitherOf(shapes: readonly Shape[]): Shape {
  const flat = shapes.flatMap((shape) => (shape.kind === "either" ? shape.of : [shape]));
  const some = flat.filter(({ kind }) => kind !== "nothing");
  // An SDK that lists the values of a text allows others too; here only those it knows count.
  const narrowed = some.some(({ kind }) => kind === "literal")
    ? some.filter(({ kind }) => kind !== "string")
    : some;
  const isOptional = some.length < flat.length;
  const [only] = narrowed;
  if (narrowed.length === 1 && only && !isOptional) return only;
  return { kind: "either", of: [...narrowed, ...(isOptional ? [nothing] : [])] };
}

const nothing: Shape = { kind: "nothing" };

function literalOf({ literal }: ts.LiteralTypeNode, file: ts.SourceFile): Shape {
  if (literal.kind === ts.SyntaxKind.NullKeyword) return nothing;
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return { kind: "literal", values: [true] };
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return { kind: "literal", values: [false] };
  if (ts.isStringLiteral(literal)) return { kind: "literal", values: [literal.text] };
  if (ts.isNumericLiteral(literal)) return { kind: "literal", values: [Number(literal.text)] };
  throw unreadable(literal, file);
}

function objectOf(node: ts.TypeLiteralNode, file: ts.SourceFile): Shape {
  const [index] = node.members.filter((member) => ts.isIndexSignatureDeclaration(member));
  return index
    ? { kind: "map", of: { node: index.type, file } }
    : { kind: "object", properties: propertiesOf(node, file) };
}

/** What a name stands for: a wrapper of Pulumi, or a type of the SDK. */
function namedOf(node: ts.TypeReferenceNode, file: ts.SourceFile): Shape {
  const path = node.typeName.getText(file).split(".");
  const [argument] = node.typeArguments ?? [];
  const name = path.join(".");
  if (/^pulumi\.(Input|Output)$/.test(name) && argument) return shapeOf({ node: argument, file });
  if (name === "Array" && argument) return { kind: "list", of: { node: argument, file } };
  if (name === "pulumi.ID") return { kind: "string" };
  if (/^pulumi\.asset\./.test(name)) return { kind: "any" };
  const [space = "", ...rest] = path;
  const declared = space === "enums" ? enumOf(rest, file) : interfaceOf(space, rest, file);
  if (!declared) throw unreadable(node, file);
  return declared;
}

function interfaceOf(
  space: string,
  rest: readonly string[],
  file: ts.SourceFile,
): Shape | undefined {
  // A name alone is of the same file. Files of types import themselves, as `inputs`.
  const imported = rest.length > 0 ? importedAs(space, file) : undefined;
  const target = imported ?? file;
  const path = imported ? rest : [space, ...rest];
  const found = interfaceIn(target, path.at(-1) ?? "", path.slice(0, -1));
  return found && { kind: "object", properties: propertiesOf(found, target) };
}

/** The file that `import * as inputs from "../types/input"` means. */
function importedAs(name: string, file: ts.SourceFile): ts.SourceFile | undefined {
  for (const one of file.statements) {
    if (!ts.isImportDeclaration(one) || !ts.isStringLiteral(one.moduleSpecifier)) continue;
    const bound = one.importClause?.namedBindings;
    if (!bound || !ts.isNamespaceImport(bound) || bound.name.text !== name) continue;
    const path = join(dirname(file.fileName), `${one.moduleSpecifier.text}.d.ts`);
    return existsSync(path) ? sourceAt(path) : undefined;
  }
  return undefined;
}

/** An enumeration is a constant object whose values are literals, in a folder by namespaces. */
function enumOf(path: readonly string[], file: ts.SourceFile): Shape | undefined {
  const root = file.fileName.slice(0, file.fileName.indexOf("/", packageEnd(file.fileName)));
  const folder = join(root, "types/enums", ...path.slice(0, -1));
  const source = sourceAt(join(folder, "index.d.ts"));
  for (const one of source.statements) {
    if (!ts.isVariableStatement(one)) continue;
    for (const { name, type } of one.declarationList.declarations) {
      if (name.getText(source) !== path.at(-1) || !type || !ts.isTypeLiteralNode(type)) continue;
      const values = [...propertiesOf(type, source).values()].flatMap((property) => {
        const shape = shapeOf(property);
        return shape.kind === "literal" ? shape.values : [];
      });
      return { kind: "literal", values };
    }
  }
  return undefined;
}

const scope = "/@pulumi/";
const packageEnd = (path: string): number => path.indexOf(scope) + scope.length;

const unreadable = (node: ts.Node, file: ts.SourceFile): UndeclaredError =>
  new UndeclaredError(`${file.fileName} has a type that cannot be read: ${node.getText(file)}`);
