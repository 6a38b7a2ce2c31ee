/**
 * QMP for a disk that is being fleeced: the commands of a storage daemon, on the graph that has
 * guest and view in it.
 *
 * Exports that are added are found where the view is. What fleecing has put into the graph is its
 * own: its exports and its server stay until it ends, and then goes all that was added as well.
 */
import type { Graph, JsonObject } from "../../graph/graph.ts";
import { refuse } from "../../graph/refuse.ts";
import { GUEST, VIEW } from "../../serve/fleecing-commands.ts";
import { JobRunner } from "../../serve/job-runner.ts";
import type { LiveGraph, LiveRequest } from "../../serve/live-graph.ts";
import type { NbdListener } from "../../serve/nbd-listener.ts";
import type { QmpResult } from "../../serve/qmp-connection.ts";
import { QmpServer } from "../../serve/qmp-server.ts";
import { qmpVersion } from "../../serve/qmp-version.ts";
import { StorageDaemon } from "../../serve/storage-daemon.ts";
import type { TlsObjects } from "../../serve/tls-objects.ts";

export interface FleeceMonitorOptions {
  readonly live: LiveGraph;
  /** where the view is served */
  readonly view: NbdListener;
  readonly tls: TlsObjects;
  /** Somebody said `quit`. */
  quit(): void;
}

export class FleeceMonitor {
  readonly #daemon: StorageDaemon;
  readonly #jobs: JobRunner;
  readonly #version = qmpVersion("proposed");
  #server: QmpServer | null = null;

  constructor({ live, view, tls, quit }: FleeceMonitorOptions) {
    const event = (name: string, data: JsonObject) => {
      this.#server?.event(name, data, performance.timeOrigin + performance.now());
    };
    this.#jobs = new JobRunner({ live, event });
    this.#daemon = new StorageDaemon({
      ...{ live, tls, event, quit },
      jobs: this.#jobs,
      version: this.#version,
      listener: view,
      listen: () => Promise.reject(refuse("NBD server already running")),
    });
  }

  /** @throws BlockgraphError `bad-argument` if there can be no socket there */
  async listen(path: string): Promise<void> {
    const execute = (command: JsonObject) => this.#execute(command);
    this.#server = await QmpServer.listen({ path, version: this.#version, execute });
  }

  changed(graph: Graph): void {
    this.#jobs.changed(graph);
  }

  completed(request: LiveRequest): void {
    this.#jobs.completed(request);
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
    this.#jobs.stop();
  }

  async #execute(command: JsonObject): Promise<QmpResult> {
    const desc = ownOf(command);
    if (desc !== null) return { error: { class: "GenericError", desc } };
    return this.#daemon.execute(command);
  }
}

/** Why a command is refused that would take away what fleecing needs; null: it is another one. */
function ownOf({ execute, arguments: args }: JsonObject): string | null {
  if (execute === "nbd-server-stop") return "the server is fleece's own, and stays until it ends";
  if (execute !== "block-export-del" || typeof args !== "object" || args === null) return null;
  const id = "id" in args ? args.id : null;
  if (id !== GUEST && id !== VIEW) return null;
  return `export '${id}' is fleece's own, and stays until it ends`;
}
