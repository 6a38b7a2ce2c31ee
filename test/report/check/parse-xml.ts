/**
 * A parser for the XML that reports write, strict enough to find what is not well-formed.
 */

export interface ParsedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly elements: readonly ParsedElement[];
  /** all text directly inside */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly elements: ParsedElement[];
  text: string;
}

const TOKEN = /<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** @throws Error where the document is not well-formed */
export function parseXml(document: string): ParsedElement {
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  if (body === document) throw new Error("no declaration");
  const top: Open = { name: "", attributes: {}, elements: [], text: "" };
  const stack: Open[] = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const at = TOKEN.lastIndex;
    const [, closed, opened, attributes = "", empty, text] = TOKEN.exec(body) ?? [];
    const inner = stack.at(-1);
    if (inner === undefined) throw new Error(`something after the end at ${at}`);
    if (text !== undefined) inner.text += unescaped(text);
    else if (opened !== undefined) {
      const element = { name: opened, attributes: pairs(attributes), elements: [], text: "" };
      inner.elements.push(element);
      if (empty === "") stack.push(element);
    } else if (closed === undefined || closed !== inner.name) {
      throw new Error(`not well-formed at ${at}: ${body.slice(at, at + 40)}`);
    } else stack.pop();
  }
  const [root, ...more] = top.elements;
  if (stack.length !== 1 || root === undefined || more.length > 0 || top.text.trim() !== "") {
    throw new Error("not one element with everything closed");
  }
  return root;
}

function pairs(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w-]+)="([^"]*)"/g)];
  const names = found.map(([, name = ""]) => name);
  if (new Set(names).size !== names.length) throw new Error("an attribute twice");
  return Object.fromEntries(found.map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function unescaped(text: string): string {
  return text.replace(/&([^;]*);?/g, (all, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !all.endsWith(";")) throw new Error(`entity ${all}`);
    return character;
  });
}
