/**
 * What random commands are made of: a few numbers, and the names that there are in a graph.
 *
 * Now and then a name is of nobody, so that it is also compared what is said of those.
 */
import type { QmpCommand } from "../graph/commands.ts";
import { childEdges, type Graph, type JsonObject } from "../graph/graph.ts";

/** What a command is made of: whole numbers, 0 or more. */
export type Pick = readonly [kind: number, a: number, b: number, c: number];

/** Makes the command that some numbers mean in a graph; `name` is of no node yet. */
export type Maker = (graph: Graph, name: string, pick: Pick) => QmpCommand;

export const NOBODY = "nosuch";
/** One name in so many is of nobody. */
const WRONG_ONE_IN = 24;

export function one(names: readonly string[], choice: number): string {
  if (names.length === 0 || choice % WRONG_ONE_IN === WRONG_ONE_IN - 1) return NOBODY;
  return names[choice % names.length] ?? NOBODY;
}

/**
 * Nodes that a command can name: QEMU makes up other names for those without one than we do. What
 * the filter of a stream was, which holds it until it is dismissed, has nothing below, and QEMU
 * crashes on it in more ways than are of interest (bitmaps, queries; found by random commands).
 */
export function nodesOf(graph: Graph): string[] {
  const ended = [...graph.jobs.values()].filter(({ concluded }) => concluded);
  const held = new Set(
    ended.flatMap(({ id: name }) =>
      childEdges(graph, { kind: "job", name })
        .filter((edge) => edge.name === "main node")
        .map(({ child }) => child),
    ),
  );
  const isLeft = (name: string) =>
    held.has(name) && childEdges(graph, { kind: "node", name }).length === 0;
  return [...graph.nodes.keys()].filter((name) => !name.startsWith("#") && !isLeft(name));
}

/** A name of a small family that something has, or that it could get: `b0`, `b1`. */
export const familiar = (letter: string, choice: number): string => `${letter}${choice % 3}`;

export const command = (execute: string, args: JsonObject): QmpCommand => ({
  execute,
  arguments: args,
});

/** Part of an object, once in so many. */
export function oneIn(times: number, choice: number, part: JsonObject): JsonObject {
  return choice % times === 0 ? part : {};
}
