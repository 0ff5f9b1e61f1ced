/** The administrator of a PostgreSQL that somebody else runs, in one of its databases. */
export type PostgresAccount = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
};

/** The account by which everybody comes to a Redis that somebody else runs. */
export type RedisAccount = Omit<PostgresAccount, "database">;

/** `host:port/database` */
export const addressOf = ({
  host,
  port,
  database,
}: Pick<PostgresAccount, "host" | "port" | "database">): string =>
  `${host}:${port}/${encodeURIComponent(database)}`;

export const adminUrlOf = (account: PostgresAccount): string =>
  `postgres://${credentialsOf(account)}@${addressOf(account)}`;

export const redisUrlOf = ({ host, port, ...account }: RedisAccount): string =>
  `redis://${credentialsOf(account)}@${host}:${port}`;

const credentialsOf = ({
  username,
  password,
}: Pick<PostgresAccount, "username" | "password">): string =>
  `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
