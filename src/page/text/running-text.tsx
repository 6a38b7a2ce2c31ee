/**
 * Running text: strings, code, links, marks.
 */
import { useContext } from "preact/hooks";
import type { Inline, Text } from "../../report/site/page-document.ts";
import { PagePath } from "../frame/page-path.ts";
import { siteHref } from "../frame/site-link.ts";
import { Mark } from "./mark.tsx";

export function RunningText({ text }: { text: Text }) {
  return text.map((part, place) => <Part key={place} part={part} />);
}

function Part({ part }: { part: Inline }) {
  const page = useContext(PagePath);
  if (typeof part === "string") return <>{part}</>;
  switch (part.kind) {
    case "code":
      return <code>{part.text}</code>;
    case "strong":
      return <strong>{part.text}</strong>;
    case "link":
      return <a href={siteHref(page, part.to)}>{part.text}</a>;
    case "mark":
      return <Mark tone={part.tone} text={part.text} />;
  }
}
