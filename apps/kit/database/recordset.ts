import { sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

type Columns = Readonly<Record<string, PgColumn>>;

/** Columns of a table as parts of a statement, made once: see `jsonb_to_recordset`. */
export const columnList = (
  columns: Columns,
  write: (name: string, property: string, type: string) => string,
) =>
  sql.raw(
    Object.entries(columns)
      .map(([property, column]) => write(`"${column.name}"`, `"${property}"`, column.getSQLType()))
      .join(", "),
  );

export const namesOf = (columns: Columns) => columnList(columns, (name) => name);

/** What rows have in JSON: the properties of the table's type, in the order of `namesOf`. */
export const propertiesOf = (columns: Columns) =>
  columnList(columns, (_name, property, type) => `${property} ${type}`);
