/**
 * Exports of servers as images of a model: each by a name of its own, and as good as any other.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { imageNameOf } from "../../src/drivers/nbd/image-name.ts";
import type { LogBody } from "../../src/log/record.ts";
import { CLUSTER, io, setUp, start } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

const SERVER = { type: "unix", path: "nbd.sock" } as const;

test.each([
  [{ server: SERVER }, "nbd+unix://?socket=nbd.sock"],
  [{ server: SERVER, export: "disk" }, "nbd+unix:///disk?socket=nbd.sock"],
  [{ server: { type: "inet", host: "host", port: "1" } as const }, "nbd://host:1"],
  [{ server: { type: "inet", host: "host", port: "1" } as const, export: "a" }, "nbd://host:1/a"],
])("%j is called as QEMU calls it", (options, name) => {
  expect(imageNameOf(options)).toBe(name);
});

test("what is another image, or come by another way, has another name", () => {
  const word = fc.stringMatching(/^[a-z]{1,3}$/);
  const options = fc.record(
    {
      server: fc.record({ type: fc.constant("unix" as const), path: word }),
      ...{ export: word, "tls-creds": word, "tls-hostname": word },
    },
    { requiredKeys: ["server"] },
  );
  fc.assert(
    fc.property(options, options, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(imageNameOf(one) === imageNameOf(other)).toBe(isSame);
    }),
  );
});

test("a disk on a server is fleeced in the simulator as one in a file", () => {
  const disk = { server: SERVER, export: "disk" };
  const moved = (body: LogBody): LogBody =>
    JSON.parse(
      JSON.stringify(body, (_, value) =>
        value?.driver === "file" && value.filename === "disk.raw"
          ? { ...value, driver: "nbd", ...disk, filename: undefined }
          : value,
      ),
    );
  const begin = start("qemu-10.0");
  const name = imageNameOf(disk);
  const images = begin.images.map((image) =>
    image.filename === "disk.raw" ? { ...image, filename: name } : image,
  );
  const read = { ...io("reader0", "read", 0), length: 2 * CLUSTER };
  const script = [...setUp().map(moved), io("guest", "write", 0, 0xaa), read];
  const { simulation, log } = simulateScript({ ...begin, images }, script);
  expect(JSON.stringify(script)).toContain('"nbd"');
  expect(log.records.filter(({ kind }) => kind === "error")).toEqual([]);
  expect(simulation.session.monitor.violations).toEqual([]);
  expect(simulation.image(name).copy()[0]).toBe(0xaa);
});
