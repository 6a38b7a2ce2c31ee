/**
 * The state of an exported model: Promela's own global variables, and the C that steps need to
 * compute in a copy of them.
 */
import type { Scope } from "./promela-scope.ts";

/** One array of the state. */
interface Variable {
  readonly name: string;
  readonly count: number;
  readonly size: number;
  readonly initial: readonly number[];
  /** what the values mean, for people; "": nothing to say */
  readonly comment: string;
}

/** Promela declarations of the state, with its initial values: there is no initialising step. */
export function declarationLines(scope: Scope): string[] {
  return variablesOf(scope).map((variable) => {
    const { name, count, initial, comment } = variable;
    const values = Array.from({ length: count }, (_, index) => initial[index] ?? 0);
    const some = values.some((value) => value !== 0);
    const start = some ? ` = {${values.join(", ")}}` : "";
    return `${widthOf(variable).promela} ${name}[${count}]${start};${comment}`;
  });
}

/** Bytes that the arrays take. */
export function stateBytes(scope: Scope): number {
  return variablesOf(scope)
    .map((variable) => variable.count * widthOf(variable).bytes)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** C: the copy called `next`, how it is loaded and taken over, and what steps report. */
export function runtimeLines(scope: Scope): string[] {
  const variables = variablesOf(scope);
  const copy = (to: string, from: string) =>
    variables.map(({ name }) => `  memcpy(${to}.${name}, ${from}.${name}, sizeof next.${name});`);
  const properties = [...scope.properties.keys()].map((name) => JSON.stringify(name));
  const count = Math.max(1, properties.length);
  return [
    "c_code {",
    "/* The state that a step would lead to. */",
    "static struct {",
    ...variables.map((variable) => `  ${widthOf(variable).c} ${variable.name}[${variable.count}];`),
    "} next;",
    "",
    "static void load(void) {",
    ...copy("next", "now"),
    "}",
    "",
    `static const char *property_names[] = { ${[...properties, "0"].join(", ")} };`,
    "/* By property: what the step at hand says, and what all steps taken said. */",
    `static int applied[${count}], violated[${count}];`,
    `static long long judged[${count}], broken[${count}];`,
    ...REPORTING,
    "",
    "static void take_step(void) {",
    "  conclude();",
    "  if (failure) return;",
    ...copy("now", "next"),
    "}",
    "}",
  ];
}

const REPORTING = `
/* Why the step at hand leaves the program's bounds; 0: it does not. */
static const char *failure;
/* Whether the last step that was taken broke nothing. */
static int satisfied = 1;

static int leave_bounds(const char *message) {
  failure = message;
  return 2;
}

static int within(int index, int count) {
  if (index >= 0 && index < count) return index;
  printf("the program reads element %d of %d\\n", index, count);
  exit(1);
}

static int divide(int left, int right) {
  if (right == 0) return 0;
  return left / right - (left % right != 0 && (left < 0) != (right < 0));
}

static int remainder_of(int left, int right) {
  return right == 0 ? 0 : left - divide(left, right) * right;
}

static void begin_step(void) {
  load();
  memset(applied, 0, sizeof applied);
  memset(violated, 0, sizeof violated);
  failure = 0;
}

static void judge(int property, int is_violated) {
  applied[property]++;
  if (is_violated) violated[property]++;
}

static void conclude(void) {
  int property;
  satisfied = !failure;
  if (failure) printf("out of bounds: %s\\n", failure);
  for (property = 0; property_names[property]; property++) {
    judged[property] += applied[property];
    if (!violated[property]) continue;
    satisfied = 0;
    if (!broken[property]) printf("violated: %s\\n", property_names[property]);
    broken[property] += violated[property];
  }
}

static void __attribute__((destructor)) report(void) {
  int property;
  for (property = 0; property_names[property]; property++)
    printf("property %s: judged %lld, violated %lld\\n", property_names[property],
      judged[property], broken[property]);
}`.split("\n");

function variablesOf({ fields, processes }: Scope): Variable[] {
  const own = [...fields.values()].map(({ name, field }): Variable => {
    const { count, size, initial, values } = field;
    const named = values?.map((value, number) => `${number} ${value}`).join(", ") ?? "";
    return { name, count, size, initial, comment: named === "" ? "" : comment(named) };
  });
  const places = [...processes.values()].map(({ at, process, rests }): Variable => {
    const size = Math.max(1, rests.size);
    const initial = (process.begins ?? []).map((node) => [...rests.keys()].indexOf(node));
    return { name: at, count: process.instances, size, initial, comment: "" };
  });
  return [...own, ...places].filter(({ count }) => count > 0);
}

/** Text as a comment behind something. */
function comment(text: string): string {
  return ` /* ${text.replace(/\*\//g, "* /").replace(/[^ -~]/g, "?")} */`;
}

interface Width {
  readonly promela: string;
  readonly c: string;
  readonly bytes: number;
}

function widthOf({ size }: { readonly size: number }): Width {
  if (size <= 1 << 8) return { promela: "byte", c: "unsigned char", bytes: 1 };
  if (size <= 1 << 15) return { promela: "short", c: "short", bytes: 2 };
  return { promela: "int", c: "int", bytes: 4 };
}
