import { createMailbox } from "./mailbox.ts";
import { servePage } from "./page.ts";
import { serveSmtp } from "./smtp.ts";

/**
 * A mail server that keeps what it is sent and delivers nothing on: SMTP on PORT, what it has on
 * PAGE_PORT, both on HOST alone, in FOLDER. With MAIL_USERNAME and MAIL_PASSWORD it takes mail of
 * that account only.
 */
const { HOST: host = "127.0.0.1", PORT, PAGE_PORT, FOLDER: folder } = process.env;
const { MAIL_USERNAME: username, MAIL_PASSWORD: password } = process.env;
if (!PORT || !PAGE_PORT || !folder) {
  console.error("mail server: PORT, PAGE_PORT and FOLDER must be set");
  process.exit(78); // EX_CONFIG of sysexits.h
}

const mailbox = await createMailbox(folder);
const account = username && password ? { username, password } : undefined;
const servers = await Promise.all([
  serveSmtp(mailbox, { host, port: Number(PORT), account }),
  servePage(mailbox, { host, port: Number(PAGE_PORT) }),
]);
console.log(`mail server: SMTP on ${host}:${PORT}, what it has on http://${host}:${PAGE_PORT}`);

const stop = async (): Promise<void> => {
  await Promise.all(servers.map(({ close }) => close()));
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
