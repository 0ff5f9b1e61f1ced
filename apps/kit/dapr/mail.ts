/** What a mail says: a heading, a paragraph, and where it leads to. */
export type MailText = {
  readonly title: string;
  readonly body: string;
  readonly link?: { readonly text: string; readonly href: string };
};

/** A mail as HTML, which is what Dapr's binding sends; what people wrote is text in it. */
export const htmlOf = ({ title, body, link }: MailText): string => {
  const says = `<h1>${escaped(title)}</h1><p>${escaped(body)}</p>`;
  // Written out as well, for who reads mail as text.
  const leads = link
    ? `<p><a href="${escaped(link.href)}">${escaped(link.text)}</a></p><p>${escaped(link.href)}</p>`
    : "";
  return `<!doctype html><html><body>${says}${leads}</body></html>`;
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The mail server's own reply, where the sidecar tells of one: `550` from "…email 1: 550 no". */
export const smtpReplyOf = (text: string): string | undefined =>
  /could not send email \d+: ([2-5]\d\d)[ -]/.exec(text)?.[1];
