import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { fewAtATime } from "../../account.ts";
import { expectProblem, newUser, type TaskView, type User } from "../client.ts";
import { mailAbout, mailTo, mailUrl } from "../mail.ts";
import { inMs, remind, remindedOf, remindersOf, untilReminded } from "../reminders.ts";
import { arrivalMs, entriesOf } from "../wait.ts";

const dayMs = 86_400_000;
// Once a reminder that must not fire would have been seen.
const silenceMs = 3_000;
// Mail goes one at a time, and the server of the tests takes a tenth of a second for each: what
// other behaviours send is waited for too.
const mailMs = 60_000;
// A reminder is refused once its time has passed: enough for a request to a busy machine, and for
// fifty of them.
const soonMs = 4_000;
const fiftyMs = 10_000;
// Fifty passwords are hashed first.
const manyPeopleMs = 150_000;
const newAddress = () => `e2e-${randomUUID()}@example.com`;

const dueTask = async (user: User, title: string, dueInMs = dayMs) =>
  (await user.create({ title, due_date: inMs(dueInMs) })).body;

/** Sets a reminder of each user's task, all for the same moment, which it resolves to. */
async function remindAllAtOnce(users: readonly User[], tasks: readonly TaskView[]) {
  const at = inMs(fiftyMs);
  await Promise.all(
    users.map((user, index) =>
      remind(user, tasks[index]?.id ?? "", { type: "custom", remind_at: at }),
    ),
  );
  return at;
}

describe("a reminder", () => {
  // The first three wait most of their time, each for its own user.
  test.concurrent("fires at its time: it is sent, listed once, in the log, and can be read", async () => {
    const user = await newUser();
    const task = await dueTask(user, "Call home");
    const at = inMs(soonMs);
    const [set] = await remind(user, task.id, { type: "custom", remind_at: at });
    expect(set).toMatchObject({ status: "pending", remind_at: at });
    const { found } = await untilReminded(user, 1, soonMs + arrivalMs);
    const latenessMs = Date.parse(found[0]?.created_at ?? "") - Date.parse(at);
    expect(latenessMs).toBeGreaterThanOrEqual(-50);
    expect(latenessMs).toBeLessThan(arrivalMs);
    expect(found).toMatchObject([{ reminder_id: set?.id, title: "Reminder: Call home" }]);
    expect(await remindersOf(user, task.id)).toMatchObject([{ id: set?.id, status: "sent" }]);

    const read = await user.call("POST", `/api/notifications/${found[0]?.id}/read`);
    expect(read.body.read_at).toEqual(expect.any(String));
    const log = async () => (await user.activity(`?kind=reminder&task_id=${task.id}`)).body.entries;
    await expect.poll(log, { timeout: arrivalMs }).toMatchObject([{ event_type: "due" }]);
  });

  test.concurrent("moves with the due date, goes with the task, and fires no more", async () => {
    const user = await newUser();
    const moved = await dueTask(user, "Moved", 3_600_000 + fiftyMs);
    const done = await dueTask(user, "Done", 3_600_000 + fiftyMs);
    const gone = await dueTask(user, "Gone", 3_600_000 + fiftyMs);
    for (const { id } of [moved, done, gone]) await remind(user, id, { type: "1_hour_before" });
    const due_date = inMs(dayMs);
    await user.call<TaskView>("PATCH", `/api/tasks/${moved.id}`, { body: { due_date } });
    await user.call("POST", `/api/tasks/${done.id}/complete`);
    await user.call("DELETE", `/api/tasks/${gone.id}`);
    expect(await remindersOf(user, moved.id)).toMatchObject([
      { status: "pending", remind_at: new Date(Date.parse(due_date) - 3_600_000).toISOString() },
    ]);
    expect(await remindersOf(user, done.id)).toMatchObject([{ status: "cancelled" }]);
    expectProblem(await user.call("GET", `/api/tasks/${gone.id}/reminders`), 404);
    await sleep(fiftyMs + silenceMs);
    expect(await remindedOf(user)).toEqual([]);
  });

  test.concurrent("whose due date moved fires at its new time, and not again at the one it had", async () => {
    const user = await newUser();
    const task = await dueTask(user, "Earlier", 3_600_000 + fiftyMs);
    const [set] = await remind(user, task.id, { type: "1_hour_before" });
    const due_date = inMs(3_600_000 + soonMs);
    await user.call<TaskView>("PATCH", `/api/tasks/${task.id}`, { body: { due_date } });
    const at = Date.parse(due_date) - 3_600_000;
    const moved = { id: set?.id, remind_at: new Date(at).toISOString() };
    expect(await remindersOf(user, task.id)).toMatchObject([moved]);
    const { found } = await untilReminded(user, 1, soonMs + arrivalMs);
    expect(Date.parse(found[0]?.created_at ?? "")).toBeGreaterThanOrEqual(at - 50);
    await sleep(Math.max(0, Date.parse(set?.remind_at ?? "") - Date.now()) + silenceMs);
    expect(await remindedOf(user)).toMatchObject([{ reminder_id: set?.id }]);
  });

  test("is nobody else's", async () => {
    const [owner, stranger] = [await newUser(), await newUser()];
    const task = await dueTask(owner, "Mine");
    await remind(owner, task.id, { type: "1_hour_before" });
    const path = `/api/tasks/${task.id}/reminders`;
    expectProblem(await stranger.call("GET", path), 404);
    expectProblem(await stranger.call("PUT", path, { body: { reminders: [] } }), 404);
    expect(await remindersOf(owner, task.id)).toHaveLength(1);
  });

  test("that cannot be is refused with the reason", async () => {
    const user = await newUser();
    const { body: undated } = await user.create({ title: "Some day" });
    const path = `/api/tasks/${undated.id}/reminders`;
    const body = { reminders: [{ type: "1_day_before" }] };
    expectProblem(await user.call("PUT", path, { body }), 409);
    const dated = await dueTask(user, "Tomorrow");
    for (const wrong of [{ type: "custom", remind_at: inMs(-1_000) }, { type: "weekly" }, {}]) {
      const dueHere = `/api/tasks/${dated.id}/reminders`;
      expectProblem(await user.call("PUT", dueHere, { body: { reminders: [wrong] } }), 400);
    }
  });

  test(
    "fifty at the same second: each once, each to its own user",
    async () => {
      const users = await fewAtATime(50, () => newUser());
      const titles = users.map((_, index) => `Task ${index}`);
      const tasks = await Promise.all(
        users.map((user, index) => dueTask(user, titles[index] ?? "")),
      );
      const at = await remindAllAtOnce(users, tasks);
      await sleep(Math.max(0, Date.parse(at) - Date.now()));
      const all = await Promise.all(users.map((user) => untilReminded(user, 1, arrivalMs)));
      expect(all.map(({ found }) => found.map(({ title }) => title))).toEqual(
        titles.map((title) => [`Reminder: ${title}`]),
      );
    },
    manyPeopleMs,
  );
});

describe.skipIf(!mailUrl)("mail", { timeout: 90_000 }, () => {
  test("welcomes a user once, at the address given", async () => {
    const email = newAddress();
    const user = await newUser(undefined, email);
    await newUser(user.name);
    const mail = await mailAbout(email, "Welcome", mailMs);
    expect(mail).toMatchObject({ to: [email], header_to: [email] });
    await user.create({ title: "Something that takes its way through Kafka" });
    await entriesOf(user, { count: 1 });
    expect(await mailTo(email)).toHaveLength(1);
  });

  test("of a reminder says what is due, with what the user wrote as text", async () => {
    const email = newAddress();
    const user = await newUser(undefined, email);
    const task = await dueTask(user, "<b>Größe</b> & “Länge”");
    await remind(user, task.id, { type: "custom", remind_at: inMs(soonMs) });
    const mail = await mailAbout(email, "Reminder", mailMs);
    expect(mail.subject).toBe("Reminder: <b>Größe</b> & “Länge”");
    expect(mail.html).not.toContain("<b>");
    expect(mail.html).toContain("Größe");
  });

  test(
    "of fifty reminders at the same second reaches fifty recipients, each its own",
    async () => {
      const people = await fewAtATime(50, async () => {
        const email = newAddress();
        return { email, user: await newUser(undefined, email) };
      });
      const tasks = await Promise.all(people.map(({ email, user }) => dueTask(user, email)));
      await remindAllAtOnce(
        people.map(({ user }) => user),
        tasks,
      );
      for (const { email } of people) {
        const mail = await mailAbout(email, `Reminder: ${email}`, mailMs);
        expect(mail.to).toEqual([email]);
        expect(mail.header_to).toEqual([email]);
      }
      for (const { email } of people) {
        expect((await mailTo(email)).map(({ subject }) => subject).sort()).toEqual([
          ...[`Reminder: ${email}`, "Welcome to Todo Evolution"],
        ]);
      }
    },
    manyPeopleMs,
  );
});
