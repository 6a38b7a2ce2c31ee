/**
 * A discard is a hint: where somebody below cannot do it, it succeeds and does nothing (QEMU
 * block/io.c, `bdrv_co_pdiscard`). Other operations are refused there. Found by replaying logs on a
 * QEMU: test/conformance/replay-on-qemu.test.ts.
 */
import { expect, test } from "vitest";
import { io, setUp, snapshotOfHook, startWithOverlay } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

test("a discard of a view that is not there any more succeeds, and a read fails", () => {
  const requests = [io("reader0", "discard", 0), io("reader0", "read", 0)];
  const script = [...setUp(), ...snapshotOfHook, ...requests];
  const { log } = simulateScript(startWithOverlay("qemu-7.2"), script);
  const ends = log.records.flatMap((each) => (each.kind === "done" ? [each] : []));
  const errnos = ends.sort((a, b) => a.request - b.request).map(({ errno }) => errno);
  expect(errnos).toEqual([null, "ENOTSUP"]);
});
