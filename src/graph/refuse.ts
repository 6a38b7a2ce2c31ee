/**
 * Refusals in QEMU's words.
 */
import type { z } from "zod";
import { BlockgraphError } from "../error.ts";
import type { Graph } from "./graph.ts";

/** The error of a refused graph command; `text` is what QEMU prints. */
export function refuse(text: string): BlockgraphError {
  return new BlockgraphError("graph-refused", text);
}

/** Whether an error is the refusal of a graph command; any other is a defect, and goes on. */
export function isRefusal(error: unknown): error is BlockgraphError {
  return error instanceof BlockgraphError && error.code === "graph-refused";
}

/** Does something that need not succeed: what is there stays if it is refused. */
export function unlessRefused(before: Graph, action: () => Graph): Graph {
  try {
    return action();
  } catch (error) {
    if (isRefusal(error)) return before;
    throw error;
  }
}

/**
 * What a version of QEMU does instead of answering: it ends where it asserts something, it touches
 * memory that it has freed, or it never comes back.
 */
export const DEFECTS = ["abort", "crash", "hang"] as const;
export type Defect = (typeof DEFECTS)[number];

/** A refusal that is more than a text. */
export class Refusal extends BlockgraphError {
  /**
   * The graph that is in force now: the same nodes, edges and masks, but edges that were detached
   * and attached again count as the newest of their node, which decides which of several conflicts
   * is named next; or QEMU left something behind. Null: the graph that was given.
   */
  readonly graph: Graph | null;
  /** what the profile's QEMU does instead of refusing; null: it refuses in these words */
  readonly predicts: Defect | null;

  constructor(
    text: string,
    graph: Graph | null,
    predicts: Defect | null = null,
    options?: ErrorOptions,
  ) {
    super("graph-refused", text, options);
    this.graph = graph;
    this.predicts = predicts;
  }
}

/** A refusal in the same words that leaves another graph. */
export function leaving(error: BlockgraphError, graph: Graph | null): Refusal {
  const predicts = error instanceof Refusal ? error.predicts : null;
  return new Refusal(error.message, graph, predicts, { cause: error });
}

/** What is more than a text of a refusal that is none. */
const NOTHING_MORE = { graph: null, predicts: null };

/**
 * Does something that takes back what it has done if it is refused. Nodes and edges are as before
 * then; but permissions were refreshed on the way back, and what was left from earlier may be gone.
 */
export function takingBack<T>(before: Graph, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Refusal) || error.graph === null) throw error;
    const { edges, locks } = error.graph;
    const same = edges.every((edge, index) => edge === before.edges[index]);
    throw leaving(error, same ? null : { ...before, edges, locks });
  }
}

/** Does something; if it is refused and leaves the graph as it was given, that graph is left. */
export function orElse(given: Graph, action: () => Graph): Graph {
  try {
    return action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw leaving(error, (error instanceof Refusal ? error.graph : null) ?? given);
  }
}

/** Does something; if it is refused, `undo` gives the graph that is left. */
export function undoing<T>(undo: () => Graph, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw leaving(error, undo());
  }
}

/** Does something; what it is refused with gets a prefix. */
export function prefixed<T>(prefix: string, action: () => T): T {
  if (prefix === "") return action();
  try {
    return action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { predicts, graph } = error instanceof Refusal ? error : NOTHING_MORE;
    throw new Refusal(`${prefix}${error.message}`, graph, predicts, { cause: error });
  }
}

/**
 * Parses command arguments; what does not fit is refused as QEMU's QAPI layer does
 * (qapi/qapi-visit-core.c, qobject-input-visitor.c).
 * @param at prefix of the parameter name for nested arguments: `file.`
 */
export function parseArguments<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = "",
): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(issue === undefined ? "Invalid arguments" : qapiText(issue, at));
}

/** `options[0].file` */
function parameterName(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === "number"
        ? `${name}[${part}]`
        : [name, String(part)].filter(Boolean).join("."),
    at.replace(/[.]$/, ""),
  );
}

function qapiText(issue: z.core.$ZodIssue, at: string): string {
  const name = parameterName(at, issue.path);
  // Where a value is wrong and not its type, QEMU names the parameter without its prefix.
  const own = String(issue.path.at(-1) ?? name);
  if (issue.code === "unrecognized_keys") {
    return `Parameter '${parameterName(at, [...issue.path, issue.keys[0] ?? ""])}' is unexpected`;
  }
  if (issue.input !== undefined && /^uint\d+/.test(issue.message)) {
    // What is no number at all is found by those who know where they are.
    return `Parameter '${issue.message === "uint64" ? name : own}' expects ${issue.message}`;
  }
  if ((issue.code === "too_big" || issue.code === "too_small") && issue.origin === "int") {
    return `Invalid parameter type for '${name}', expected: integer`;
  }
  if (issue.code === "invalid_type") {
    return issue.input === undefined
      ? `Parameter '${name}' is missing`
      : `Invalid parameter type for '${name}', expected: ${qapiType(issue.expected)}`;
  }
  if (issue.code === "invalid_value") {
    if (issue.input === undefined) return `Parameter '${name}' is missing`;
    return typeof issue.input === "string"
      ? `Parameter '${own}' does not accept value '${issue.input}'`
      : `Invalid parameter type for '${name}', expected: string`;
  }
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    const given = valueAt(issue.input, issue.discriminator);
    return given === undefined
      ? `Parameter '${name}' is missing`
      : `Parameter '${own}' does not accept value '${String(given)}'`;
  }
  if (issue.code === "invalid_union") return alternateText(issue, at);
  // A rule that QEMU checks later, in words of its own.
  if (issue.code === "custom") return issue.message;
  return `Parameter '${own}' expects ${issue.message}`;
}

/** One of several types (QAPI `alternate`): an object is wrong as an object. */
function alternateText(issue: z.core.$ZodIssueInvalidUnion, at: string): string {
  const isObject = typeof issue.input === "object" && issue.input !== null;
  const [inner] = issue.errors
    .flat()
    .filter(({ code, path }) => path.length > 0 || code === "unrecognized_keys");
  if (isObject && inner !== undefined) {
    return qapiText({ ...inner, path: [...issue.path, ...inner.path] }, at);
  }
  // QEMU's visitor has forgotten where it is, and prints a null pointer.
  return `Invalid parameter type for 'null', expected: ${issue.message}`;
}

function valueAt(input: unknown, key: string): unknown {
  return typeof input === "object" && input !== null ? Reflect.get(input, key) : undefined;
}

function qapiType(expected: string): string {
  return expected === "int" || expected === "number" ? "integer" : expected;
}
