/**
 * A storage daemon: a live graph that is told what to do over QMP, and that offers its exports over
 * NBD. It is to QMP and NBD clients what qemu-storage-daemon is.
 *
 * Most commands are the graph's (src/graph/commands.ts). Those about the server do something
 * besides: a socket is opened before the graph hears of a server, and clients of an export are told
 * to go before the export leaves the graph. The rest asks about the daemon itself.
 */
import { setTimeout as pause } from "node:timers/promises";
import { COMMANDS, type QmpCommand } from "../graph/commands.ts";
import { type Graph, isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";
import { parseCommand } from "../graph/qmp-input.ts";
import { isRefusal } from "../graph/refuse.ts";
import type { StartTls } from "../nbd/connection.ts";
import type { Answered } from "../system/session.ts";
import type { JobRunner } from "./job-runner.ts";
import { liveExport } from "./live-export.ts";
import type { LiveGraph } from "./live-graph.ts";
import { addressOf, connectionsOf, type NbdAddress } from "./nbd-address.ts";
import type { NbdListener } from "./nbd-listener.ts";
import type { QmpResult } from "./qmp-connection.ts";
import { TlsObjects } from "./tls-objects.ts";

export interface StorageDaemonOptions {
  readonly live: LiveGraph;
  /** of blockgraph, as `query-version` answers it */
  readonly version: JsonObject;
  /**
   * @param tls null: clients speak in the clear
   * @param connections clients at once
   * @throws BlockgraphError `graph-refused` if it cannot listen there
   */
  listen(address: NbdAddress, tls: StartTls | null, connections: number): Promise<NbdListener>;
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
  #listener: NbdListener | null = null;
  /** one command at a time, as QEMU's dispatcher */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: StorageDaemonOptions) {
    this.#options = options;
    this.#listener = options.listener ?? null;
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
      const own = OWN.get(command.execute);
      return own === undefined ? await this.obey(command) : await own(this, command.arguments);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return refused(error.message);
    }
  }

  /** A command that is the graph's alone. */
  async obey(command: QmpCommand): Promise<QmpResult> {
    const { refusal, reply }: Answered = await this.#options.live.execute(command);
    return refusal === null ? { return: reply } : refused(refusal);
  }

  /** Credentials are the daemon's, all other objects the graph's. */
  async addObject(args: JsonObject): Promise<QmpResult> {
    if (!TlsObjects.concerns(args)) return this.obey({ execute: "object-add", arguments: args });
    this.#options.tls.add(args);
    return { return: {} };
  }

  async removeObject(args: JsonObject): Promise<QmpResult> {
    if (this.#options.tls.remove(String(args.id))) return { return: {} };
    return this.obey({ execute: "object-del", arguments: args });
  }

  async startServer(args: JsonObject): Promise<QmpResult> {
    const command = { execute: "nbd-server-start", arguments: args };
    const address = addressOf(args);
    if (this.graph.nbdServer) return this.obey(command);
    const listener = await this.#options.listen(
      address,
      this.#options.tls.of(args),
      connectionsOf(args),
    );
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
    const result = await this.obey({ execute: "block-export-add", arguments: args });
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

  /**
   * A job begins. The graph is told that somebody finalizes it: that is who copies for it, if the
   * user does not want to.
   */
  async beginJob(execute: string, args: JsonObject): Promise<QmpResult> {
    if (mirrors(execute, args)) return refused(NO_MIRROR);
    const result = await this.obey({ execute, arguments: awaited(args) });
    if ("return" in result) this.#begun(args);
    return result;
  }

  /** Jobs may begin in a transaction as well. */
  async transact(args: JsonObject): Promise<QmpResult> {
    const actions = Array.isArray(args.actions) ? args.actions.filter(isJsonObject) : [];
    const jobs = actions.filter(({ type }) => JOBS.has(String(type)));
    const datas = jobs.map(({ type, data }) => ({ type: String(type), data: data ?? {} }));
    if (datas.some(({ type, data }) => isJsonObject(data) && mirrors(type, data))) {
      return refused(NO_MIRROR);
    }
    const told = Array.isArray(args.actions) ? { actions: args.actions.map(awaitedAction) } : {};
    const result = await this.obey({ execute: "transaction", arguments: { ...args, ...told } });
    if ("return" in result) for (const { data } of datas) if (isJsonObject(data)) this.#begun(data);
    return result;
  }

  #begun(args: JsonObject): void {
    const { "auto-finalize": wanted = true, "job-id": id = args.device } = args;
    this.#options.jobs.begin(String(id), wanted === true);
  }

  /** What the graph says of jobs, and how far those are that copy. */
  async queryJobs(execute: string, args: JsonObject): Promise<QmpResult> {
    const result = await this.obey({ execute, arguments: args });
    if ("error" in result || !Array.isArray(result.return)) return result;
    const { jobs } = this.#options;
    const more = (job: JsonObject) =>
      execute === "query-jobs" ? jobs.statusOf(String(job.id)) : jobs.blockJob(String(job.device));
    const told = result.return.map((job) => (isJsonObject(job) ? { ...job, ...more(job) } : job));
    return { return: told };
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

  get version(): JsonObject {
    return this.#options.version;
  }

  quit(): void {
    this.#options.quit();
  }
}

/** Commands by which jobs begin. */
const JOBS: ReadonlySet<string> = new Set([
  ...["blockdev-backup", "block-stream", "block-commit", "fleecing-backup", "blockdev-mirror"],
]);

/** Commands that are not the graph's, or not only. */
const OWN: ReadonlyMap<string, Own> = new Map<string, Own>([
  ["nbd-server-start", (daemon, args) => daemon.startServer(args)],
  ["object-add", (daemon, args) => daemon.addObject(args)],
  ["object-del", (daemon, args) => daemon.removeObject(args)],
  ["nbd-server-stop", (daemon, args) => daemon.stopServer(args)],
  ["block-export-add", (daemon, args) => daemon.addExport(args)],
  ["block-export-del", (daemon, args) => daemon.removeExport(args)],
  ...[...JOBS].map((name): [string, Own] => [name, (daemon, args) => daemon.beginJob(name, args)]),
  ["transaction", (daemon, args) => daemon.transact(args)],
  ...["query-jobs", "query-block-jobs"].map((name): [string, Own] => [
    name,
    (daemon, args) => daemon.queryJobs(name, args),
  ]),
  ["query-block-exports", (daemon) => ({ return: exportsOf(daemon.graph) })],
  ["query-version", (daemon) => ({ return: daemon.version })],
  ["query-commands", () => ({ return: commandNames().map((name) => ({ name })) })],
  ["quit", quit],
]);

/** To complete one, what was written last would have to be copied while the guest stands still. */
const NO_MIRROR = "mirrors, and commits of the file that is written, are not built yet";

/** Whether a job is a mirror: by its name, or as the commit of the file that is written. */
function mirrors(execute: string, args: JsonObject): boolean {
  const { top, "top-node": topNode, device } = args;
  const isActive = top === undefined && (topNode === undefined || topNode === device);
  return execute === "blockdev-mirror" || (execute === "block-commit" && isActive);
}

/** The same job, which somebody finalizes; what was given wrongly stays as it is. */
function awaited(args: JsonObject): JsonObject {
  const { "auto-finalize": wanted = true } = args;
  return typeof wanted === "boolean" ? { ...args, "auto-finalize": false } : args;
}

function awaitedAction(action: JsonValue): JsonValue {
  if (!isJsonObject(action) || !JOBS.has(String(action.type)) || !isJsonObject(action.data))
    return action;
  return { ...action, data: awaited(action.data) };
}

function quit(daemon: StorageDaemon): QmpResult {
  daemon.quit();
  return { return: {} };
}

function commandNames(): string[] {
  return [...new Set(["qmp_capabilities", ...COMMANDS.keys(), ...OWN.keys()])].sort();
}

/** Newest first, as QEMU lists them. */
function exportsOf({ exports, edges }: Graph): JsonObject[] {
  return [...exports.values()].reverse().map(({ id, type }) => {
    const edge = edges.find(({ parent }) => parent.kind === "export" && parent.name === id);
    return { id, type, "node-name": edge?.child ?? "", "shutting-down": false };
  });
}

function refused(desc: string): QmpResult {
  const isUnknown = /^The command .* has not been found$/.test(desc);
  return { error: { class: isUnknown ? "CommandNotFound" : "GenericError", desc } };
}
