import type { DatabaseRole } from "#apps/provision/database-role.ts";
import { ensureRole, removeRole, withDatabase } from "#apps/provision/database-role.ts";
import type { ResourceType } from "./resource.ts";

/** Inputs of a `DatabaseRole`, documented at `DatabaseRoleArgs`. */
export interface DatabaseRoleInputs extends DatabaseRole {
  readonly adminUrl: string;
  readonly generation: string;
}

/** A login role in PostgreSQL with a schema of its own. */
export const databaseRoleType: ResourceType<DatabaseRoleInputs> = {
  outputs: [],
  replaceOn: ["role", "schema"],

  async create(inputs, context) {
    await withDatabase(inputs, context, (sql) => ensureRole(sql, inputs));
    return { id: inputs.role, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withDatabase(inputs, context, (sql) => ensureRole(sql, inputs));
    return {};
  },

  async delete({ inputs }, context) {
    await withDatabase(inputs, context, (sql) => removeRole(sql, inputs));
  },
};
