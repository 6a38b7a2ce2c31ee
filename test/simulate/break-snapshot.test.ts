/**
 * R01: with `on-cbw-error=break-snapshot`, QEMU lets a view read in flight return the guest's new
 * data with success. The recipe is A1 of the reference, without its throttle and its seconds.
 *
 *     agent 0   reader0 reads cluster 1: not copied yet, so it freezes it and reads the disk
 *     agent 1   the guest writes cluster 2, whose copy (agent 2) times out: the view is broken
 *     agent 3   the guest writes cluster 1: the view is broken, so QEMU does not wait for reader0
 */
import { describe, expect, test } from "vitest";
import { PROPERTIES } from "../../properties/index.ts";
import { hasher } from "../../src/log/chain.ts";
import { expandFill } from "../../src/log/fill.ts";
import { imagesInMemory } from "../../src/run/image-set.ts";
import { replayOnImages } from "../../src/run/replay-on-images.ts";
import { CLUSTER, io, setUp, start, step } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

const breakable = { "on-cbw-error": "break-snapshot", "cbw-timeout": 1 };
const untilBroken = [
  ...setUp(breakable),
  io("reader0", "read", 1),
  io("guest", "write", 2, 0xaa),
  step(1, "TIMEOUT"),
  step(1),
  io("guest", "write", 1, 0xbb),
];
const guestOvertakesReader = [...untilBroken, step(3), step(0)];

describe("a broken view and a read in flight", () => {
  test("faithful: the reader is given the guest's new byte, with success", () => {
    const { simulation, log } = simulateScript(start("qemu-7.2"), guestOvertakesReader);
    expect(simulation.session.monitor.violations).toMatchObject([
      {
        property: "view-equals-point-in-time",
        text: "a read through 'reader0' has 0xbb at byte 65536 where 0x11 belongs",
      },
    ]);
    const read = log.records.find((record) => record.kind === "done" && record.request === 0);
    const wrong = hasher.digest(expandFill({ byte: 0xbb }, CLUSTER));
    expect(read).toMatchObject({ errno: null, digest: wrong });
  });

  test("repaired: the guest cannot overtake the reader", () => {
    expect(() => simulateScript(start("proposed"), guestOvertakesReader)).toThrow(
      /agent 3 cannot take DONE/,
    );
    const { simulation } = simulateScript(start("proposed"), untilBroken);
    expect(simulation.session.monitor.violations).toEqual([]);
  });

  test("the log shows the same wrong byte on images, with the interleaving forced", async () => {
    const { log } = simulateScript(start("qemu-7.2"), guestOvertakesReader);
    const disk = { offset: 0, length: 4 * CLUSTER, fill: { byte: 0x11 } };
    const images = imagesInMemory([
      { filename: "disk.raw", length: 4 * CLUSTER, content: [disk] },
      { filename: "cache.raw", length: 4 * CLUSTER, content: [] },
    ]);
    const properties = [...PROPERTIES.values()];
    const session = await replayOnImages(start("qemu-7.2"), log.records, {
      images,
      properties,
      mutants: [],
    });
    expect(session.monitor.violations).toHaveLength(1);
  });

  test("break-guest-write: the same schedule fails the guest and spares the reader", () => {
    const patient = { "cbw-timeout": 1 };
    const { simulation, log } = simulateScript(start("qemu-7.2"), [
      ...setUp(patient),
      io("reader0", "read", 1),
      io("guest", "write", 2, 0xaa),
      step(1, "TIMEOUT"),
      io("guest", "write", 1, 0xbb),
    ]);
    expect(simulation.session.monitor.violations).toEqual([]);
    const write = log.records.find((record) => record.kind === "done" && record.request === 1);
    expect(write).toMatchObject({ errno: "ETIMEDOUT" });
  });
});
