/**
 * Memory that connections share: nobody has more than there is, nobody is passed over, and who
 * wants little never waits for who has much.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMAND } from "../../src/nbd/constants.ts";
import { ExportList } from "../../src/nbd/export-list.ts";
import { openNbd } from "../../src/nbd/nbd-storage.ts";
import { PayloadBudget } from "../../src/nbd/payload-budget.ts";
import { NbdServer } from "../../src/nbd/server.ts";
import { Session } from "../../src/nbd/session.ts";
import { askNow } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { HeldExport } from "./held-export.ts";
import { MemoryExport } from "./memory-export.ts";
import { RawClient } from "./raw-client.ts";
import * as wire from "./wire.ts";

const newPath = scratch();
const MIB = 1024 * 1024;

test("is never exceeded, and everybody gets some in the end, equals in their order", () => {
  const wishes = fc.array(fc.record({ bytes: fc.nat(12), leaves: fc.boolean() }), { minLength: 1 });
  fc.assert(
    fc.property(wishes, fc.array(fc.nat(20)), (all, order) => {
      const budget = new PayloadBudget(10);
      const held: number[] = [];
      const granted: number[] = [];
      const waited: number[] = [];
      for (const [index, { bytes, leaves }] of all.entries()) {
        const giveUp = budget.take(bytes, () => {
          granted.push(index);
          held.push(bytes);
        });
        if (giveUp === null) held.push(bytes);
        else if (leaves) giveUp();
        else waited.push(index);
        expect(budget.taken).toBeLessThanOrEqual(10);
        const place = order[index] ?? 20;
        for (const each of held.splice(place, 1)) budget.give(each);
      }
      while (held.length > 0) for (const each of held.splice(0, 1)) budget.give(each);
      expect([...granted].sort((one, other) => one - other)).toEqual(waited);
      for (const [place, index] of granted.entries()) {
        const later = granted.slice(place + 1);
        const earlier = later.filter((other) => all[other]?.bytes === all[index]?.bytes);
        expect(earlier.every((other) => other > index)).toBe(true);
      }
      expect([budget.taken, budget.contended]).toEqual([0, false]);
    }),
  );
});

test("modest ones pass by who wants all there is, but not for ever", () => {
  const budget = new PayloadBudget(100);
  expect(budget.take(10, () => {})).toBeNull();
  let granted = false;
  const giveUp = budget.take(100, () => {
    granted = true;
  });
  expect(giveUp).not.toBeNull();
  let passed = 0;
  while (budget.take(1, () => {}) === null) {
    passed++;
    budget.give(1);
  }
  expect(passed).toBe(64);
  budget.give(10);
  expect(granted).toBe(true);
});

/** Sessions on one export, all of one budget. */
function sessions(count: number, budget: PayloadBudget, offered: MemoryExport) {
  const catalog = new ExportList();
  catalog.add(offered);
  return Array.from({ length: count }, () => {
    const peer = new wire.TestPeer();
    const session = new Session(peer, catalog, false, budget);
    session.receive(wire.handshake("simple", "", []));
    return session;
  });
}

const ask = (type: number, length: number) =>
  wire.request("simple", { type, cookie: 1n, length: BigInt(length) });

describe("a thousand clients that ask for as much as each may", () => {
  test.each([
    ["and send nothing of it", COMMAND.WRITE],
    ["and get nothing of it", COMMAND.READ],
  ])("%s", (_, type) => {
    const budget = new PayloadBudget(64 * MIB);
    const offered = new HeldExport(64 * MIB, () => true);
    const all = sessions(1000, budget, offered);
    for (const session of all) session.receive(ask(type, 32 * MIB));
    // A quarter is kept for who asks for little, and gets it at once.
    expect(budget.taken).toBe(32 * MIB);
    const [modest] = sessions(1, budget, offered);
    const held = offered.held;
    modest?.receive(ask(COMMAND.READ, 2 * MIB));
    expect(offered.held).toBe(held + 1);
    modest?.abandon();
    while (offered.held > held) offered.release(held);
    expect(offered.mostBytes).toBeLessThanOrEqual(64 * MIB);
    const [last] = all.slice(-1);
    for (const session of all) if (session !== last) session.abandon();
    while (offered.held > 0) offered.release(0);
    expect(budget.taken).toBe(type === COMMAND.WRITE ? 32 * MIB : 0);
    last?.abandon();
    while (offered.held > 0) offered.release(0);
    expect([budget.taken, budget.contended]).toEqual([0, false]);
  });
});

test("who is slow is served as slowly as it likes, until others wait", async () => {
  const path = newPath();
  const server = new NbdServer({ payloadBytes: 32 * MIB, patience: 100 });
  server.add(new MemoryExport(64 * MIB));
  await server.listen({ path });
  const slow = await RawClient.open(path, "simple", []);
  const hungUp = slow.ask({ type: COMMAND.WRITE, cookie: 1n, length: BigInt(32 * MIB) });
  const storage = await openNbd({ path }, "");
  const small = await askNow(storage, "read", 0, 4096, Buffer.alloc(4096));
  expect(small).toMatchObject({ errno: null });
  await new Promise((end) => setTimeout(end, 500));
  expect(server.connections).toBe(2);
  const large = await askNow(storage, "read", 0, 16 * MIB, Buffer.alloc(16 * MIB));
  expect(large).toMatchObject({ errno: null });
  expect(await hungUp).toBeNull();
  expect(server.connections).toBe(1);
  storage.close();
  await server.close();
});
