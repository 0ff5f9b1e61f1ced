// Run by k6, not by Node: creates tasks as many users, as fast as it can or at a rate.
import { check } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";
import http from "k6/http";

const { BASE_URL, TOKENS, SUMMARY, SECONDS, RATE, USERS, LATENCY_FLOOR_MS } = __ENV;
const vus = Number(USERS);
const tokens = new SharedArray("tokens", () => JSON.parse(open(TOKENS)));

const common = { exec: "create", duration: `${SECONDS}s`, gracefulStop: "10s" };
const load = RATE
  ? {
      executor: "constant-arrival-rate",
      rate: Number(RATE),
      timeUnit: "1s",
      preAllocatedVUs: vus,
      maxVUs: vus,
    }
  : { executor: "constant-vus", vus };

export const options = {
  scenarios: { load: { ...common, ...load } },
  discardResponseBodies: true,
  summaryTrendStats: ["count", "avg", "p(50)", "p(90)", "p(95)", "p(99)", "max"],
  thresholds: {
    checks: ["rate>0.999"],
    http_req_duration: [`p(95)<${LATENCY_FLOOR_MS}`],
  },
};

export function create() {
  const number = exec.scenario.iterationInTest;
  const body = JSON.stringify({
    title: `Bench ${number}`,
    description: "A task of ordinary length, as people write them.",
    priority: "medium",
    tags: ["bench"],
  });
  const headers = {
    "Content-Type": "application/json",
    Authorization: `Bearer ${tokens[number % tokens.length]}`,
  };
  const response = http.post(`${BASE_URL}/api/tasks`, body, { headers, timeout: "20s" });
  check(response, { created: ({ status }) => status === 201 });
}

export function handleSummary({ metrics }) {
  return { [SUMMARY]: JSON.stringify(metrics) };
}
