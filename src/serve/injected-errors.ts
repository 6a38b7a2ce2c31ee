/**
 * The errors that `blkdebug` nodes of a live graph inject into what goes on to their images, so
 * that scripts can try what becomes of them (QEMU block/blkdebug.c, `rule_check`).
 *
 * Limits: rules for `event: none` only, which hold from the beginning, and of nodes right above a
 * file; others are refused. What comes to the file past its blkdebug node fails as well.
 */
import { z } from "zod";
import { childEdges, type Graph, type GraphNode, type JsonObject } from "../graph/graph.ts";
import type { ImageCall } from "../system/frame.ts";
import type { Errno } from "../vocabulary.ts";

const SECTOR = 512;

const OPERATIONS = ["read", "write", "write-zeroes", "discard", "flush", "block-status"] as const;

const rule = z.strictObject({
  event: z.literal("none"),
  iotype: z.enum(OPERATIONS).optional(),
  errno: z.int().default(5),
  sector: z.int().min(0).optional(),
  once: z.boolean().default(false),
  immediately: z.boolean().default(false),
  state: z.literal(0).default(0),
});

type Rule = z.infer<typeof rule>;

/** As Linux numbers them; any other counts as EIO. */
const NUMBERS: ReadonlyMap<number, Errno> = new Map<number, Errno>([
  [1, "EPERM"],
  [13, "EACCES"],
  [22, "EINVAL"],
  [28, "ENOSPC"],
  [95, "ENOTSUP"],
  [110, "ETIMEDOUT"],
]);

interface Active {
  readonly rule: Rule;
  spent: boolean;
}

export class InjectedErrors {
  /** by the names of nodes */
  readonly #rules = new Map<string, readonly Active[]>();
  /** by the files that they are for */
  #byImage: ReadonlyMap<string, readonly Active[]> = new Map();

  /** The graph has changed. */
  changed(graph: Graph): void {
    const nodes = [...graph.nodes.values()].filter(({ options }) => "inject-error" in options);
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of this.#rules.keys()) if (!names.has(name)) this.#rules.delete(name);
    const byImage = new Map<string, readonly Active[]>();
    for (const { name, options } of nodes) {
      const rules = this.#rules.get(name) ?? (rulesOf(options) ?? []).map(active);
      this.#rules.set(name, rules);
      const image = imageBelow(graph, name);
      if (image !== null) byImage.set(image, [...(byImage.get(image) ?? []), ...rules]);
    }
    this.#byImage = byImage;
  }

  /** What a call is to end with instead of being executed; null: nothing. */
  strike({ image, operation, offset, length }: ImageCall): Errno | null {
    const found = this.#byImage.get(image)?.find(({ rule: { iotype, sector }, spent }) => {
      if (spent) return false;
      const isMeant = iotype === undefined ? operation !== "block-status" : iotype === operation;
      const at = sector === undefined ? offset : sector * SECTOR;
      return isMeant && (sector === undefined || (at >= offset && at < offset + length));
    });
    if (found === undefined) return null;
    found.spent = found.rule.once;
    return NUMBERS.get(found.rule.errno) ?? "EIO";
  }
}

/** The rules of a node; null: one of them is of a kind that is not supported. */
function rulesOf(options: JsonObject): Rule[] | null {
  const parsed = z.array(rule).safeParse(options["inject-error"]);
  return parsed.success ? parsed.data : null;
}

const active = (each: Rule): Active => ({ rule: each, spent: false });

/** The file right below a node; null: something else is. */
function imageBelow(graph: Graph, name: string): string | null {
  const [edge] = childEdges(graph, { kind: "node", name });
  const below: GraphNode | undefined = graph.nodes.get(edge?.child ?? "");
  const { filename } = below?.options ?? {};
  return below?.driver === "file" && typeof filename === "string" ? filename : null;
}

/** Why a graph cannot be live, for what is to be injected; null: it can. */
export function uninjectable(graph: Graph): string | null {
  for (const { name, options } of graph.nodes.values()) {
    if (!("inject-error" in options)) continue;
    if (rulesOf(options) === null || imageBelow(graph, name) === null) {
      return (
        `Node '${name}' can inject errors into a file right below it only, by rules with ` +
        "event 'none' and without states"
      );
    }
  }
  return null;
}
