/**
 * A storage daemon: a live graph that is told what to do over QMP, and that offers its exports over
 * NBD. It is to QMP and NBD clients what qemu-storage-daemon is.
 *
 * Most commands are the graph's (src/graph/commands.ts). Those about the server do something
 * besides: a socket is opened before the graph hears of a server, and clients of an export are told
 * to go before the export leaves the graph. The rest asks about the daemon itself.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { COMMANDS, type QmpCommand } from "../graph/commands.ts";
import { type Graph, isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";
import { parseCommand } from "../graph/qmp-input.ts";
import { queryNamedBlockNodes } from "../graph/query.ts";
import { isRefusal, parseArguments } from "../graph/refuse.ts";
import type { StartTls } from "../nbd/connection.ts";
import { changeBackingFile } from "./change-backing-file.ts";
import { IoThreads } from "./io-threads.ts";
import { JobCommands } from "./job-commands.ts";
import type { JobRunner } from "./job-runner.ts";
import { liveExport } from "./live-export.ts";
import type { LiveGraph } from "./live-graph.ts";
import { addressOf, type ClientLimits, limitsOf, type NbdAddress } from "./nbd-address.ts";
import { exportAdded, exportRemoved } from "./nbd-exports.ts";
import type { NbdListener } from "./nbd-listener.ts";
import { nodeInfo } from "./node-info.ts";
import type { QmpResult } from "./qmp-connection.ts";
import { refused, resultOf } from "./qmp-result.ts";
import { TlsObjects } from "./tls-objects.ts";
import { unsupported } from "./unsupported-commands.ts";

export interface StorageDaemonOptions {
  readonly live: LiveGraph;
  /** of blockgraph, as `query-version` answers it */
  readonly version: JsonObject;
  /**
   * @param tls null: clients speak in the clear
   * @throws BlockgraphError `graph-refused` if it cannot listen there
   */
  listen(address: NbdAddress, tls: StartTls | null, limits: ClientLimits): Promise<NbdListener>;
  /** credentials that clients of the daemon make and name */
  readonly tls: TlsObjects;
  /** the server that exports are offered by from the beginning; default: there is none */
  readonly listener?: NbdListener;
  /** who copies for jobs */
  readonly jobs: JobRunner;
  /** Tells whoever wants to know, over QMP. */
  event(name: string, data: JsonObject): void;
  /** Somebody said `quit`. */
  quit(): void;
}

/** How often it is looked whether a client has hung up, and ms between two looks. */
const LOOKS = 10;
const LOOK_MS = 5;

type Own = (daemon: StorageDaemon, args: JsonObject) => Promise<QmpResult> | QmpResult;

export class StorageDaemon {
  readonly #options: StorageDaemonOptions;
  readonly #jobs: JobCommands;
  readonly #threads = new IoThreads();
  #listener: NbdListener | null = null;
  /** one command at a time, as QEMU's dispatcher */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: StorageDaemonOptions) {
    this.#options = options;
    this.#listener = options.listener ?? null;
    this.#jobs = new JobCommands(options);
  }

  get graph(): Graph {
    return this.#options.live.session.graph;
  }

  /** Executes what a client sent, after what was sent before it. It never rejects. */
  execute(input: unknown): Promise<QmpResult> {
    const result = this.#last.then(() => this.#execute(input));
    this.#last = result;
    return result;
  }

  /** Lets all clients go, and stops listening. */
  async close(): Promise<void> {
    await this.#listener?.close();
    this.#listener = null;
  }

  async #execute(input: unknown): Promise<QmpResult> {
    try {
      const command = parseCommand(input);
      const { execute, arguments: args } = command;
      const problem = unsupported(execute);
      if (problem !== null) return refused(problem);
      const own = OWN.get(execute);
      if (own !== undefined) return await own(this, args);
      return (await this.#jobs.execute(execute, args)) ?? (await this.obey(command));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return refused(error.message);
    }
  }

  /** A command that is the graph's alone. */
  async obey(command: QmpCommand): Promise<QmpResult> {
    return resultOf(await this.#options.live.execute(command));
  }

  /** Credentials and threads are the daemon's, all other objects the graph's. */
  async addObject(args: JsonObject): Promise<QmpResult> {
    if (TlsObjects.concerns(args)) this.#options.tls.add(args);
    else if (IoThreads.concerns(args)) this.#threads.add(args);
    else return this.obey({ execute: "object-add", arguments: args });
    return { return: {} };
  }

  async removeObject(args: JsonObject): Promise<QmpResult> {
    const id = String(args.id);
    if (this.#options.tls.remove(id) || this.#threads.remove(id)) return { return: {} };
    return this.obey({ execute: "object-del", arguments: args });
  }

  async startServer(args: JsonObject): Promise<QmpResult> {
    const command = { execute: "nbd-server-start", arguments: args };
    const address = addressOf(args);
    if (this.graph.nbdServer) return this.obey(command);
    const tls = this.#options.tls.of(args);
    const listener = await this.#options.listen(address, tls, limitsOf(args));
    const result = await this.obey(command);
    if ("error" in result) await listener.close();
    else this.#listener = listener;
    return result;
  }

  async stopServer(args: JsonObject): Promise<QmpResult> {
    const gone = [...this.graph.exports.keys()];
    if (this.graph.nbdServer) await this.close();
    const result = await this.obey({ execute: "nbd-server-stop", arguments: args });
    if ("return" in result) for (const id of gone) this.#deleted(id);
    return result;
  }

  async addExport(args: JsonObject): Promise<QmpResult> {
    const given = this.#threads.without(args);
    const result = await this.obey({ execute: "block-export-add", arguments: given });
    if ("return" in result) {
      const { live } = this.#options;
      this.#listener?.add(liveExport(live, this.graph, String(args.id)));
    }
    return result;
  }

  async removeExport(args: JsonObject): Promise<QmpResult> {
    const id = String(args.id);
    const name = this.graph.exports.get(id)?.name;
    if (name !== undefined) {
      if (args.mode !== "hard" && (await this.#isUsed(name))) {
        return refused(`export '${id}' still in use`);
      }
      await this.#listener?.remove(name);
    }
    const result = await this.obey({ execute: "block-export-del", arguments: args });
    if ("return" in result) this.#deleted(id);
    return result;
  }

  /** Whether an export has clients. That one has hung up may not have been noticed yet. */
  async #isUsed(name: string): Promise<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      if ((this.#listener?.clients(name) ?? 0) === 0) return false;
      await pause(LOOK_MS);
    }
    return true;
  }

  #deleted(id: string): void {
    this.#options.event("BLOCK_EXPORT_DELETED", { id });
  }

  /** What the graph says of its nodes, and what their images are. */
  async queryNodes(args: JsonObject): Promise<QmpResult> {
    const result = await this.obey({ execute: queryNamedBlockNodes.name, arguments: args });
    if (!("return" in result) || !Array.isArray(result.return)) return result;
    const { live } = this.#options;
    const around = live.surroundings;
    const told = result.return.map((each) => {
      const node = isJsonObject(each)
        ? live.session.graph.nodes.get(String(each["node-name"]))
        : undefined;
      if (!isJsonObject(each) || node === undefined) return each;
      return { ...each, ...nodeInfo(node, around, args.flat === true) };
    });
    return { return: told };
  }

  changeBackingFile(args: JsonObject): QmpResult {
    changeBackingFile(this.#options.live, args);
    return { return: {} };
  }

  get version(): JsonObject {
    return this.#options.version;
  }

  quit(): void {
    this.#options.quit();
  }
}

const nothing = z.strictObject({});

/** Commands that are not the graph's, or not only. */
const OWN: ReadonlyMap<string, Own> = new Map<string, Own>([
  ["nbd-server-start", (daemon, args) => daemon.startServer(args)],
  ["object-add", (daemon, args) => daemon.addObject(args)],
  ["object-del", (daemon, args) => daemon.removeObject(args)],
  ["nbd-server-stop", (daemon, args) => daemon.stopServer(args)],
  ["block-export-add", (daemon, args) => daemon.addExport(args)],
  ["block-export-del", (daemon, args) => daemon.removeExport(args)],
  ["nbd-server-add", (daemon, args) => daemon.addExport(exportAdded(daemon.graph, args))],
  ["nbd-server-remove", (daemon, args) => daemon.removeExport(exportRemoved(args))],
  [queryNamedBlockNodes.name, (daemon, args) => daemon.queryNodes(args)],
  ["query-block-exports", asked((daemon) => exportsOf(daemon.graph))],
  // Devices are a machine's, and there is none.
  ["query-block", asked(() => [])],
  ["query-version", asked((daemon) => daemon.version)],
  ["query-commands", asked(() => commandNames().map((name) => ({ name })))],
  ["change-backing-file", (daemon, args) => daemon.changeBackingFile(args)],
  ["quit", quit],
]);

/** A query, which takes nothing. */
function asked(answer: (daemon: StorageDaemon) => JsonValue): Own {
  return (daemon, args) => {
    parseArguments(nothing, args);
    return { return: answer(daemon) };
  };
}

function quit(daemon: StorageDaemon, args: JsonObject): QmpResult {
  parseArguments(nothing, args);
  daemon.quit();
  return { return: {} };
}

function commandNames(): string[] {
  return [
    ...new Set(["qmp_capabilities", "blockdev-create", ...COMMANDS.keys(), ...OWN.keys()]),
  ].sort();
}

/** Newest first, as QEMU lists them. */
function exportsOf({ exports, edges }: Graph): JsonObject[] {
  return [...exports.values()].reverse().map(({ id, type }) => {
    const edge = edges.find(({ parent }) => parent.kind === "export" && parent.name === id);
    return { id, type, "node-name": edge?.child ?? "", "shutting-down": false };
  });
}
