import type { z } from "zod";

/** A header field that an answer may have or a request may send: what it says, and its form. */
export type Field = { readonly says: string; readonly schema: z.ZodType };
export type Fields = Readonly<Record<string, Field>>;

/** One answer of an operation that is no problem. */
export type Answer = {
  readonly says: string;
  /** Absent for an answer without a body. */
  readonly body?: z.ZodType;
  readonly headers?: Fields;
};

/** One route as people read of it. Its schemas are those that the route itself checks by. */
export type Operation = {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** As the router has it: `/api/tasks/:id`. */
  readonly path: string;
  /** A name of its own, as `createTask`. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Whether it wants to know who asks. */
  readonly secured: boolean;
  /** Schemas of the parts of the path that vary. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly headers?: Fields;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses that are answered with a problem document, besides those every route may give. */
  readonly problems: readonly number[];
};

/** What an API says of itself and what its operations have in common. */
export type ApiDescription = {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Of the cookie that a session is in. */
  readonly cookieName: string;
  readonly operations: readonly Operation[];
  /** Schemas that are said once and referred to by name. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  /** Header fields of every answer. */
  readonly headers: Fields;
  readonly problems: readonly number[];
};
