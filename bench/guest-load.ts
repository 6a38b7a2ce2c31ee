/**
 * A guest that writes through a copy-before-write hook, as fast as its images let it.
 */
import { profile } from "../src/graph/profile.ts";
import type { LogSink } from "../src/log/sink.ts";
import { FreeExecutor } from "../src/run/free-executor.ts";
import type { ImageSet } from "../src/run/image-set.ts";
import { qmp } from "../src/system/model.ts";
import { Session } from "../src/system/session.ts";

export interface GuestLoadOptions {
  /** `disk.raw` and `cache.raw` */
  readonly images: ImageSet;
  /** bytes */
  readonly clusterSize: number;
  /** requests that the guest keeps in flight */
  readonly inFlight: number;
  /** null: nothing is recorded */
  readonly sink: LogSink | null;
}

export class GuestLoad {
  readonly #session: Session;
  readonly #inFlight: number;
  #ended = 0;
  #progressed: () => void = () => {};
  #crashed: (error: unknown) => void = () => {};

  /** Builds the graph: guest, hook, disk and cache. */
  constructor({ images, clusterSize, inFlight, sink }: GuestLoadOptions) {
    this.#inFlight = inFlight;
    const executor = new FreeExecutor({
      images,
      strike: () => null,
      progressed: () => this.#progressed(),
      crashed: (error) => this.#crashed(error),
    });
    const lengths = [...images].map(([name, { storage }]) => [name, storage.length] as const);
    this.#session = new Session({
      rules: {
        profile: profile("proposed"),
        clusterSize,
        images: new Map(lengths),
        mutation: null,
      },
      properties: [],
      sink,
      readImage: (name) => images.get(name)?.read() ?? new Uint8Array(0),
      called: (agent) => executor.called(agent),
      completed: () => {
        this.#ended++;
      },
    });
    executor.attach(this.#session);
    for (const command of graph()) this.#session.command(command);
  }

  /**
   * Writes `size` bytes at every offset.
   * @returns ms
   */
  write(offsets: readonly number[], size: number): Promise<number> {
    const payload = Buffer.alloc(size, 0xa5);
    const data = { byte: 0xa5 };
    return new Promise((resolve, reject) => {
      let sent = 0;
      this.#ended = 0;
      this.#crashed = reject;
      const begun = performance.now();
      this.#progressed = () => {
        while (sent < offsets.length && sent - this.#ended < this.#inFlight) {
          const offset = offsets[sent++] ?? 0;
          this.#session.request(
            { through: "guest", operation: "write", offset, length: size, data },
            payload,
          );
        }
        if (this.#ended === offsets.length) resolve(performance.now() - begun);
      };
      this.#progressed();
    });
  }
}

function graph() {
  const raw = (name: string) =>
    qmp("blockdev-add", {
      driver: "raw",
      "node-name": name,
      file: { driver: "file", filename: `${name}.raw` },
    });
  return [
    raw("disk"),
    raw("cache"),
    qmp("blockdev-add", {
      driver: "copy-before-write",
      "node-name": "hook",
      file: "disk",
      target: "cache",
    }),
    qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "hook" }),
  ];
}
