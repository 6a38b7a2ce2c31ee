/**
 * The scanner's view that all tidy rules rest on: if this is wrong, they look in the wrong place.
 */
import { expect, test } from "vitest";
import { codeOf, importsOf, lineAt } from "./source-text.ts";

test("comments and the inside of literals become spaces, everything else stays in place", () => {
  const text = 'const a = "Date"; // Date\n/* Date\n */ new Date(`Date`, /Date"/);';
  const code = codeOf(text);
  expect(code).toBe('const a = "    ";        \n       \n    new Date(`    `, /     /);');
  expect(code.length).toBe(text.length);
});

test("the slash of an element divides nothing and opens no expression", () => {
  const text = "const a = <p>{b}</p>; c as any; const d = <p e={f} />; g as any;";
  expect(codeOf(text)).toBe(text);
});

test("an import of types is told from one of code", () => {
  const text = 'import type { A } from "a";\nimport { type B } from "b";\nexport type * from "c";';
  expect(importsOf(text).map(({ types }) => types)).toEqual([true, false, true]);
});

test("code inside a template is code, however deep", () => {
  const text = `\`Date \${f({ a: \`Date \${Date}\` })} Date\` + Date`;
  expect(codeOf(text).match(/Date/g)).toHaveLength(2);
});

test("a slash after an operand divides, elsewhere it opens a regular expression", () => {
  expect(codeOf("a / b; 'x' / c")).toBe("a / b; ' ' / c");
  expect(codeOf("(a) / Date / 2")).toContain("Date");
  expect(codeOf("x = /Date/.test(y)")).not.toContain("Date");
  expect(codeOf("return /Date/")).not.toContain("Date");
  expect(codeOf("type / Date / of")).toContain("Date");
});

test("every kind of import is seen, with its line", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type { B } from "./b.ts";',
    'import "./c.ts";',
    'export * from "./d.ts";',
    "export {",
    "  e,",
    '} from "./e.ts";',
    'const f = await import("./f.ts");',
    'type G = import("./g.ts").G;',
    '// import "./not-in-a-comment.ts"',
    "const text = \"import './not-in-a-string.ts'\";",
    'const url = new URL("./not-an-import.ts", import.meta.url);',
    'Array.from("abc");',
  ].join("\n");
  expect(importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
    "1 ./a.ts",
    "2 ./b.ts",
    "3 ./c.ts",
    "4 ./d.ts",
    "7 ./e.ts",
    "8 ./f.ts",
    "9 ./g.ts",
  ]);
});

test("lines count from one", () => {
  expect([lineAt("a\nb", 0), lineAt("a\nb", 1), lineAt("a\nb", 2)]).toEqual([1, 1, 2]);
});
