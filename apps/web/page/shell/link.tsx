import type { ComponentProps } from "react";
import { go } from "../route.ts";

/** A link within the page: an ordinary one for who opens it elsewhere. */
export const Link = ({ href, ...rest }: ComponentProps<"a"> & { readonly href: string }) => (
  <a
    {...rest}
    href={href}
    onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      go(href);
    }}
  />
);
