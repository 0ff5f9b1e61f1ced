import { Refusal } from "#commands/run.ts";

/** GitHub's API of one repository, as a workflow may use it. */
export type GitHub = {
  /** An answer's JSON; paths are below the repository, as `/issues/1/comments`. */
  readonly ask: <Answer>(method: string, path: string, body?: object) => Promise<Answer>;
  /** Every entry of a list, page by page. */
  readonly all: <Entry>(path: string) => Promise<Entry[]>;
};

/** What a workflow finds in its environment. */
export type GitHubPlace = {
  readonly apiUrl: string;
  /** `owner/name` */
  readonly repository: string;
  readonly token: string;
};

/** @throws Refusal that names the variable which is not set, as outside of a workflow */
export function placeIn(environment: NodeJS.ProcessEnv): GitHubPlace {
  const given = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Refusal(`${name} is not set: this runs in a workflow of GitHub.`);
    return value;
  };
  const repository = given("GITHUB_REPOSITORY");
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new Refusal(`GITHUB_REPOSITORY ${repository} is not owner/name.`);
  }
  return {
    apiUrl: environment.GITHUB_API_URL || "https://api.github.com",
    repository,
    token: given("GITHUB_TOKEN"),
  };
}

const perPage = 100;

/** Opens the API; a request that fails is a Refusal which says what GitHub answered. */
export function openGitHub({ apiUrl, repository, token }: GitHubPlace): GitHub {
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${apiUrl}/repos/${repository}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) {
      const why = text.slice(0, 300);
      throw new Refusal(`GitHub answered ${response.status} to ${method} ${path}: ${why}`);
    }
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  };
  const all = async <Entry>(path: string): Promise<Entry[]> => {
    const entries: Entry[] = [];
    const sign = path.includes("?") ? "&" : "?";
    for (let page = 1; ; page++) {
      const query = `${path}${sign}per_page=${perPage}&page=${page}`;
      const found = await ask<Entry[]>("GET", query);
      entries.push(...found);
      if (found.length < perPage) return entries;
    }
  };
  return { ask, all };
}
