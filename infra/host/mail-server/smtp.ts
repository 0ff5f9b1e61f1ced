import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Mailbox } from "./mailbox.ts";

export type SmtpOptions = {
  readonly host: string;
  readonly port: number;
  /** Mail of nobody else is taken; without it mail of everyone is. */
  readonly account?: { readonly username: string; readonly password: string } | undefined;
};

export type Listening = { readonly port: number; readonly close: () => Promise<void> };

const largestBytes = 4 * 1024 * 1024;

/** Takes mail by SMTP, and says yes to a message only when it is kept. */
export async function serveSmtp(mailbox: Mailbox, options: SmtpOptions): Promise<Listening> {
  const { host, port, account } = options;
  const server = new SMTPServer({
    // There is no certificate that a client would trust, and the wire is this machine.
    disabledCommands: ["STARTTLS", ...(account ? [] : ["AUTH"])],
    authOptional: !account,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: largestBytes,
    closeTimeout: 2_000,
    onAuth: ({ username, password }, _session, answer) => {
      if (username === account?.username && password === account?.password) {
        answer(null, { user: username });
      } else answer(new Error("this account may not send mail here"));
    },
    onData: (stream, session, answer) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (stream.sizeExceeded) {
          answer(Object.assign(new Error("the message is too large"), { responseCode: 552 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const arrival = {
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks),
        };
        mailbox.keep(arrival).then(
          ({ id }) => answer(null, `kept as ${id}`),
          (error: Error) => answer(Object.assign(error, { responseCode: 451 })),
        );
      });
    },
  });
  // A client that goes away in the middle is its own affair; one port that is taken is ours.
  server.on("error", (error) => console.error(`mail server: ${error.message}`));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.server.address() as AddressInfo;
  return {
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
