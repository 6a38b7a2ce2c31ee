/**
 * A storage daemon in this process, whose images are `a.raw`, `b.raw` and `c.raw` of a folder, and
 * which serves its exports there.
 */
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { JobRunner } from "../../src/serve/job-runner.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { NbdListener } from "../../src/serve/nbd-listener.ts";
import { QmpConnection } from "../../src/serve/qmp-connection.ts";
import { StorageDaemon } from "../../src/serve/storage-daemon.ts";
import { TlsObjects } from "../../src/serve/tls-objects.ts";

export const IMAGES = ["a.raw", "b.raw", "c.raw"];

export class InProcessDaemon {
  readonly crashes: unknown[] = [];
  readonly #images: LiveImages;
  readonly live: LiveGraph;
  readonly #jobs: JobRunner;
  readonly #daemon: StorageDaemon;
  readonly #connections = new Set<QmpConnection>();

  constructor(folder: string) {
    this.#images = new LiveImages(new Map(IMAGES.map((name) => [name, join(folder, name)])));
    this.live = new LiveGraph({
      ...{ images: this.#images, sink: null, clusterSize: 65_536 },
      profile: profile("qemu-10.0"),
      changed: (graph) => this.#jobs.changed(graph),
      completed: (request) => this.#jobs.completed(request),
      crashed: (error) => void this.crashes.push(error),
    });
    const event = (name: string, data: JsonObject) => {
      for (const connection of this.#connections) connection.event(name, data, 0);
    };
    this.#jobs = new JobRunner({ live: this.live, event });
    const path = join(folder, "nbd.sock");
    this.#daemon = new StorageDaemon({
      ...{ live: this.live, jobs: this.#jobs, event, version: {}, quit() {} },
      tls: new TlsObjects(),
      listen: (_, tls) => NbdListener.listen({ kind: "unix", path }, tls),
    });
  }

  /** A client, and what it has heard. */
  connect() {
    const heard: JsonObject[] = [];
    const connection = new QmpConnection({
      version: {},
      execute: (command) => this.#daemon.execute(command),
      send: (document) => void heard.push(document),
    });
    this.#connections.add(connection);
    return { connection, heard, leave: () => this.#connections.delete(connection) };
  }

  async close(): Promise<void> {
    await this.#daemon.close();
    this.#jobs.stop();
    await this.live.idle();
    this.live.stop();
    this.#images.close();
  }
}
