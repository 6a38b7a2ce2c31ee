/**
 * What graph commands cost: permissions of large graphs, graphs a second in the checker, and
 * commands a second beside a daemon that executes the same script in the same run, in turns.
 *
 *     npm run build && node dist/bench/graph.js
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SURGERIES } from "../models/graph-surgery.ts";
import { GRAPH_PROPERTIES } from "../properties/graph/index.ts";
import { tabulateGraphs } from "../src/check/lower/surgery/tabulate-graphs.ts";
import { DRIVERS } from "../src/drivers/registry.ts";
import { answerCommand, applyCommand, type QmpCommand } from "../src/graph/commands.ts";
import { attach } from "../src/graph/edges.ts";
import { EMPTY_GRAPH, type Graph, type JsonObject } from "../src/graph/graph.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ } from "../src/graph/permission.ts";
import { profile } from "../src/graph/profile.ts";
import { refreshPermissions } from "../src/graph/refresh.ts";
import { QemuDaemon } from "../src/qemu/daemon.ts";
import { median } from "./statistics.ts";

const ROUNDS = 7;
const REFRESHES = 200;
const BUILDS = 3;
const CONTEXT = { drivers: DRIVERS, profile: profile("qemu-7.2") };
const DAEMON = "qemu-storage-daemon";

/** Measures and prints. */
export async function benchGraph(print: (line: string) => void = console.log): Promise<void> {
  for (const [name, commands] of [
    ["chain of 1,000 nodes", chain(1000)],
    ["lattice of 300 nodes", lattice(150)],
  ] as const) {
    const graph = built(commands);
    const refresh = median(rounds(REFRESHES, () => refreshed(graph)));
    const building = median(rounds(BUILDS, () => built(commands)));
    print(
      `${name}, ${graph.edges.length} edges: ${refresh.toFixed(2)} ms a refresh, ` +
        `${building.toFixed(0)} ms to build it by commands`,
    );
  }
  surgery(print);
  await besideDaemon(print);
}

/** Every sequence of so many commands, each graph judged by all properties. */
const SURGERY_DEPTH = 4;

function surgery(print: (line: string) => void): void {
  const [model] = SURGERIES.values();
  if (model === undefined) return;
  const options = { properties: [...GRAPH_PROPERTIES.values()], depth: SURGERY_DEPTH };
  const { commands, answered: all } = tabulateGraphs(model, options);
  const seconds = median(rounds(BUILDS, () => tabulateGraphs(model, options))) / 1000;
  print(
    `${model.name}, up to ${SURGERY_DEPTH} commands: ` +
      `${(commands.length / seconds).toFixed(0)} graphs/s, ` +
      `${(all / seconds).toFixed(0)} commands/s with all that they are judged by`,
  );
}

/** Every node but the lowest stands on the one before. */
function chain(length: number): QmpCommand[] {
  return [
    add("n0", { driver: "null-co" }),
    ...Array.from({ length: length - 1 }, (_, at) =>
      add(`n${at + 1}`, { driver: "raw", file: `n${at}` }),
    ),
  ];
}

/** Layers of two nodes, each on both of the layer below: as many diamonds as there are layers. */
function lattice(layers: number): QmpCommand[] {
  const bottom = [add("a0", { driver: "null-co" }), add("b0", { driver: "null-co" })];
  const above = Array.from({ length: layers - 1 }, (_, at) => {
    const given = { driver: "qcow2", "read-only": true, backing: `b${at}`, file: `a${at}` };
    return [add(`a${at + 1}`, given), add(`b${at + 1}`, given)];
  });
  return [...bottom, ...above.flat()];
}

function add(name: string, options: JsonObject): QmpCommand {
  return { execute: "blockdev-add", arguments: { "node-name": name, ...options } };
}

function built(commands: readonly QmpCommand[]): Graph {
  return commands.reduce((graph, command) => applyCommand(graph, command, CONTEXT), EMPTY_GRAPH);
}

/** A reader comes to the top, and every edge below gets other masks. */
function refreshed(graph: Graph): Graph {
  const top = [...graph.nodes.keys()].at(-1) ?? "";
  const reader = { kind: "export", name: "reader" } as const;
  const masks = { perm: CONSISTENT_READ, shared: ALL_PERMISSIONS };
  const read = attach(graph, { parent: reader, child: top, name: "root", roles: [], ...masks });
  return refreshPermissions(read, [top], { ...CONTEXT, before: graph });
}

/** ms of each round */
function rounds(count: number, action: () => unknown): number[] {
  return Array.from({ length: count }, () => {
    const began = performance.now();
    action();
    return performance.now() - began;
  });
}

/** Builds a graph for fleecing, rewires it, and takes it down: accepted and refused commands. */
const SCRIPT: readonly QmpCommand[] = [
  add("disk-file", { driver: "null-co", size: 1 << 20 }),
  add("disk", { driver: "raw", file: "disk-file" }),
  add("top", { driver: "raw", file: "disk" }),
  add("target", { driver: "null-co", size: 1 << 20 }),
  add("hook", { driver: "copy-before-write", file: "disk", target: "target" }),
  reopen({ driver: "raw", "node-name": "top", file: "hook" }),
  add("view", { driver: "snapshot-access", file: "hook" }),
  add("view", { driver: "null-co" }),
  { execute: "block-dirty-bitmap-add", arguments: { node: "disk", name: "changed" } },
  del("disk"),
  { execute: "block-dirty-bitmap-remove", arguments: { node: "disk", name: "changed" } },
  del("view"),
  reopen({ driver: "raw", "node-name": "top", file: "disk" }),
  ...["hook", "target", "top", "disk", "disk-file", "nobody"].map(del),
];

function reopen(options: JsonObject): QmpCommand {
  return { execute: "blockdev-reopen", arguments: { options: [options] } };
}

function del(name: string): QmpCommand {
  return { execute: "blockdev-del", arguments: { "node-name": name } };
}

/** How often the script is executed in a round; by us more often, to work about as long. */
const TIMES = 100;
const OWN_TIMES = 10 * TIMES;

async function besideDaemon(print: (line: string) => void): Promise<void> {
  const commands = Array.from({ length: TIMES }, () => SCRIPT).flat();
  const lines = commands.map((command) => JSON.stringify(command));
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-bench-"));
  const ours: number[] = [];
  const theirs: number[] = [];
  const pipelined: number[] = [];
  try {
    await QemuDaemon.using(DAEMON, folder, async (daemon) => {
      for (let round = 0; round < ROUNDS; round++) {
        ours.push((await milliseconds(() => answered(OWN_TIMES))) * (TIMES / OWN_TIMES));
        theirs.push(
          await milliseconds(async () => {
            for (const line of lines) await daemon.line(line);
          }),
        );
        pipelined.push(
          await milliseconds(() => Promise.all(lines.map((each) => daemon.line(each)))),
        );
      }
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const rate = (values: readonly number[]) => (commands.length * 1000) / median(values);
  const line = (what: string, times: readonly number[]) => {
    const ratio = (rate(ours) / rate(times)).toFixed(1);
    print(`${what.padEnd(38)} ${rate(times).toFixed(0).padStart(7)} commands/s   ratio ${ratio}`);
  };
  line("ours", ours);
  line(`${DAEMON}, one at a time`, theirs);
  line(`${DAEMON}, all at once`, pipelined);
}

async function milliseconds(action: () => unknown): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

function answered(times: number): void {
  let graph = EMPTY_GRAPH;
  for (let time = 0; time < times; time++) {
    for (const command of SCRIPT) graph = answerCommand(graph, command, CONTEXT).graph;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchGraph();
