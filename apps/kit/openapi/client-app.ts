import type { Hono } from "hono";
import type { BlankEnv } from "hono/types";
import type { z } from "zod";
import type { Operation } from "./operation.ts";

/**
 * The app as Hono's typed client (`hc`) wants it, made from what the API says of itself: the document
 * and the client cannot differ. Answers are those that are no problem; a client asks for `ok` first.
 */
export type ClientApp<Operations extends readonly Operation[]> = Hono<
  BlankEnv,
  { [Path in Operations[number]["path"]]: Endpoints<Extract<Operations[number], { path: Path }>> }
>;

type Endpoints<Operations extends Operation> = {
  [One in Operations as `$${One["method"]}`]: {
    input: InputOf<One>;
    output: BodyOf<One["answers"][keyof One["answers"]]>;
    outputFormat: "json";
    status: 200;
  };
};

type BodyOf<Answer> = Answer extends { readonly body: infer Schema extends z.ZodType }
  ? z.infer<Schema>
  : undefined;

type InputOf<One extends Operation> = (One extends { readonly params: infer Params }
  ? { param: { [Name in keyof Params]: string } }
  : unknown) &
  (One extends { readonly query: infer Query extends z.ZodObject }
    ? { query: QueryOf<z.input<Query>> }
    : unknown) &
  (One extends { readonly body: infer Body extends z.ZodType } ? { json: z.input<Body> } : unknown);

/** What stands in an address is text, also where its schema makes something else of it. */
type QueryOf<Input> = {
  [Name in keyof Input]: unknown extends Input[Name]
    ? string | undefined
    : Input[Name] extends string | readonly string[] | undefined
      ? Input[Name]
      : string | undefined;
};
