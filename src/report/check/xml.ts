/**
 * As much XML as a report needs: elements, attributes and text, written so that any parser takes
 * them.
 */

/** An element: its name, attributes, and elements or text inside. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly content: readonly (Element | string)[];
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly (Element | string)[] = [],
): Element {
  return { name, attributes, content };
}

/** The whole document. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, "")}\n`;
}

function elementText({ name, attributes, content }: Element, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const start = `${indent}<${name}${pairs.join("")}`;
  if (content.length === 0) return `${start}/>`;
  // White space around text would become part of it.
  if (content.some((part) => typeof part === "string")) {
    const inside = content.map((part) =>
      typeof part === "string" ? escaped(part) : elementText(part, ""),
    );
    return `${start}>${inside.join("")}</${name}>`;
  }
  const inside = content.map((part) =>
    typeof part === "string" ? "" : elementText(part, `${indent}  `),
  );
  return `${start}>\n${inside.join("\n")}\n${indent}</${name}>`;
}

/** Characters that XML 1.0 has no way to say are left out. */
function escaped(value: string | number): string {
  return String(value)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}
