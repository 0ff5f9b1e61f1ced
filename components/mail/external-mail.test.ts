import { expect, test } from "vitest";
import { record, secretMark } from "#components/recording.ts";
import { ExternalMail, type ExternalMailArgs } from "./external-mail.ts";

const args: ExternalMailArgs = {
  place: { namespace: "todo" },
  host: "smtp.example.com",
  port: 587,
  from: "todo@example.com",
  verified: true,
};

test("a password is kept in a Secret and nowhere else", async () => {
  let mail: ExternalMail | undefined;
  const account = { username: "todo", password: "canary" };
  const [, secret] = await record(() => {
    mail = new ExternalMail("mail", { ...args, account });
  });
  expect(secret?.type).toBe("kubernetes:core/v1:Secret");
  expect(secret?.inputs.stringData).toEqual({ [secretMark]: { password: "canary" } });
  expect(mail?.server.account?.username).toBe("todo");
  expect(JSON.stringify(mail?.server.account)).not.toContain("canary");
});

test("without an account there is no Secret, and none is shown", async () => {
  let mail: ExternalMail | undefined;
  const recorded = await record(() => {
    mail = new ExternalMail("mail", args);
  });
  expect(recorded.map(({ type }) => type)).toEqual(["todo:mail:ExternalMail"]);
  expect(mail?.server.account).toBeUndefined();
  expect(mail?.reach).toEqual({ peers: [], ports: [587] });
});
