import { createHash } from "node:crypto";
import type { JsonSchema, OpenApiDocument, OperationObject } from "./document.ts";

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; padding: 0.75rem; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0; }
h3 code { font-weight: 600; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
summary { cursor: pointer; }
`;

/** For the header Content-Security-Policy: the page has its own style and loads nothing. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256")
  .update(style)
  .digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A page that people read the document on: plain HTML, no script, nothing from elsewhere. */
export function pageOf(document: OpenApiDocument): string {
  const { info, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1>
<p>${prose(info.description)}</p>
<p>The same for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI ${document.openapi}).</p>
<nav><ul>${operations
    .map(({ method, path, operation }) => {
      const name = `<code>${method.toUpperCase()} ${escaped(path)}</code>`;
      return `<li><a href="#${operation.operationId}">${name}</a> ${prose(operation.summary)}</li>`;
    })
    .join("")}</ul></nav>
${tags
  .map((tag) => {
    const tagged = operations.filter(({ operation }) => operation.tags.includes(tag));
    const articles = tagged.map((one) => article(one.method, one.path, one.operation));
    return `<h2>${escaped(tag)}</h2>\n${articles.join("\n")}`;
  })
  .join("\n")}
<h2>Schemas</h2>
${Object.entries(components.schemas)
  .map(
    ([name, schema]) =>
      `<article id="schema-${name}"><h3>${escaped(name)}</h3>${schemaBlock(schema)}</article>`,
  )
  .join("\n")}
</body>
</html>
`;
}

function article(method: string, path: string, operation: OperationObject): string {
  const { parameters, requestBody, responses, security } = operation;
  const parts = [
    `<h3><code>${method.toUpperCase()} ${escaped(path)}</code></h3>`,
    `<p>${prose(operation.summary)}. ${prose(operation.description ?? "")}</p>`,
    security.length > 0 ? "<p>Wants a bearer token.</p>" : "",
    parameters.length > 0
      ? table(
          ["Parameter", "In", "Form", "Says"],
          parameters.map(({ name, in: place, required, schema, description }) => [
            `<code>${escaped(name)}</code>${required ? " (required)" : ""}`,
            place,
            form(schema),
            prose(description ?? ""),
          ]),
        )
      : "",
    requestBody ? `<p>Body: ${contentOf(requestBody.content)}</p>` : "",
    table(
      ["Status", "Means", "Body", "Headers"],
      Object.entries(responses).map(([status, { description, content, headers }]) => [
        status,
        prose(description),
        content ? contentOf(content) : "none",
        Object.keys(headers)
          .map((name) => `<code>${escaped(name)}</code>`)
          .join(" "),
      ]),
    ),
  ];
  return `<article id="${operation.operationId}">${parts.join("\n")}</article>`;
}

const contentOf = (content: Readonly<Record<string, { readonly schema: JsonSchema }>>): string =>
  Object.entries(content)
    .map(([type, { schema }]) => `<code>${escaped(type)}</code> ${form(schema)}`)
    .join(", ");

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
    .join("")}</tbody></table>`;

/** A small schema on one line, a named one as a link, a large one to fold out. */
function form(schema: JsonSchema): string {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
  }
  // What the format says already, a pattern only repeats.
  const { pattern, ...rest } = schema;
  const shown = JSON.stringify(schema.format === undefined ? schema : rest);
  return shown.length <= 160 ? `<code>${escaped(shown)}</code>` : schemaBlock(schema);
}

const schemaBlock = (schema: JsonSchema): string =>
  `<details><summary>Schema</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`;

/** Text with what stands between backticks as code. */
const prose = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
