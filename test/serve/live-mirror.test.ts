/**
 * A guest that never stops writing is moved onto the target of a mirror, and has all its writes
 * there.
 */
import fs from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { IMAGES, InProcessDaemon } from "../support/in-process-daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const LENGTH = 4 * 1024 * 1024;
const WRITE = 4096;
/** of the guest, under way at once */
const DEPTH = 16;

/** Writes what nobody has written before, wherever, again and again. */
class Guest {
  /** what the disk must have */
  readonly disk = Buffer.alloc(LENGTH, "a.raw");
  writes = 0;
  #underWay = 0;
  #stopped = false;
  #seed = 1;
  readonly #daemon: InProcessDaemon;

  constructor(daemon: InProcessDaemon) {
    this.#daemon = daemon;
  }

  go(): void {
    while (!this.#stopped && this.#underWay < DEPTH) {
      this.#seed = (this.#seed * 48_271) % 0x7fff_ffff;
      const offset = (this.#seed % (LENGTH / WRITE)) * WRITE;
      const buffer = Buffer.alloc(WRITE, `${this.writes++} `);
      this.#underWay++;
      // Of writes to one place that are under way together any may be the last.
      buffer.copy(this.disk, offset);
      this.#daemon.live.submit({
        ...{ through: "e", operation: "write", offset, length: WRITE, buffer },
        done: () => {
          this.#underWay--;
          setImmediate(() => this.go());
        },
      });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    while (this.#underWay > 0) await turn();
  }
}

const commandsOf = (copyMode: string): JsonObject[] => [
  ...["a", "b"].map((name) => ({
    execute: "blockdev-add",
    arguments: {
      ...{ driver: "raw", "node-name": name },
      file: { driver: "file", filename: `${name}.raw` },
    },
  })),
  {
    execute: "block-export-add",
    arguments: { type: "nbd", id: "e", "node-name": "a", writable: true },
  },
  {
    execute: "blockdev-mirror",
    arguments: { "job-id": "m", device: "a", target: "b", sync: "full", "copy-mode": copyMode },
  },
];

describe.each(["background", "write-blocking"])("copy-mode: %s", (copyMode) => {
  test.each([false, true])("a guest that goes on is moved, finalized by the user: %s", (waits) =>
    inTemporaryFolder(async (folder) => {
      for (const name of IMAGES) fs.writeFileSync(join(folder, name), Buffer.alloc(LENGTH, name));
      const daemon = new InProcessDaemon(folder);
      const { connection, heard } = daemon.connect();
      const say = (command: JsonObject) => connection.receive(Buffer.from(JSON.stringify(command)));
      const job = async (event: string) => {
        while (!JSON.stringify(heard).includes(event)) await turn();
      };
      say({ execute: "qmp_capabilities" });
      for (const command of commandsOf(copyMode)) {
        const finalization = command.execute === "blockdev-mirror" && { "auto-finalize": !waits };
        say({ ...command, arguments: { ...Object(command.arguments), ...finalization } });
      }
      await connection.answered;
      const guest = new Guest(daemon);
      await job("BLOCK_JOB_READY");
      guest.go();
      while (guest.writes < 200) await turn();
      say({ execute: "block-job-complete", arguments: { device: "m" } });
      if (waits) {
        await job("BLOCK_JOB_PENDING");
        const { writes } = guest;
        while (guest.writes < writes + 200) await turn();
        say({ execute: "job-finalize", arguments: { id: "m" } });
      }
      await job('"null"');
      const { writes } = guest;
      while (guest.writes < writes + 100) await turn();
      await guest.stop();
      expect(heard.filter((message) => "error" in message)).toEqual([]);
      expect(fs.readFileSync(join(folder, "b.raw")).equals(guest.disk)).toBe(true);
      expect(fs.readFileSync(join(folder, "a.raw")).equals(guest.disk)).toBe(false);
      await daemon.close();
    }),
  );
});
