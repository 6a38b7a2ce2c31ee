/**
 * File locks (rule P6; QEMU block/file-posix.c, `raw_handle_perm_lock`).
 *
 * Of every permission a file has two bytes. A node locks the one if its parents require that
 * permission, the other if they do not share it; then it looks whether somebody else has locked the
 * opposite of what it took. The texts are those of QEMU, whose cases A18 to A20 are among the
 * recorded ones.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collision } from "../../src/graph/file-locks.ts";
import type { Graph, JsonObject } from "../../src/graph/graph.ts";
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  type Masks,
  NO_DEMANDS,
  permissionText,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "../../src/graph/permission.ts";
import { apply, built, type Command, refused } from "../support/graph.ts";

/** A format node on a protocol node of its own, all on the same file. */
const add = (name: string, driver: string, options: JsonObject = {}): Command => [
  "blockdev-add",
  {
    ...{ driver, "node-name": name, ...options },
    file: { driver: "file", "node-name": `${name}-file`, filename: "base.qcow2" },
  },
];
const exported = (id: string, node: string): Command => [
  "block-export-add",
  { type: "nbd", id, "node-name": node, writable: true },
];

/** For each node that locks something, the two sets of bytes. */
function locked({ locks }: Graph): Record<string, { required: string; unshared: string }> {
  return Object.fromEntries(
    [...locks].map(([node, { perm, shared }]) => [
      node,
      { required: permissionText(perm), unshared: permissionText(ALL_PERMISSIONS & ~shared) },
    ]),
  );
}

describe("what is locked", () => {
  test("is what parents require and what they do not share, from open to close", () => {
    const open = built(add("a", "qcow2"));
    expect(locked(open)).toEqual({
      "a-file": { required: "consistent read, write, resize", unshared: "write, resize" },
    });
    expect(locked(apply(open, "blockdev-del", { "node-name": "a" }))).toEqual({});
  });

  test("is nothing where nobody asks for anything, and nothing if it is turned off", () => {
    expect(locked(built(add("a", "raw"), add("b", "raw")))).toEqual({});
    const file = { driver: "file", filename: "base.qcow2", locking: "off" };
    const off: Command = ["blockdev-add", { driver: "qcow2", "node-name": "a", file }];
    expect(locked(built(off))).toEqual({});
    expect(built(off, add("b", "qcow2")).nodes.has("b")).toBe(true);
  });

  test("of two writers that share writing, is no conflict (A18)", () => {
    const both = built(
      ...[add("a", "raw"), add("b", "raw"), exported("ea", "a"), exported("eb", "b")],
    );
    const writer = { required: "consistent read, write", unshared: "resize" };
    expect(locked(both)).toEqual({ "a-file": writer, "b-file": writer });
  });
});

describe("what is refused", () => {
  const open = built(add("a", "qcow2"));
  const refusal = ([execute, args]: Command) => refused(open, execute, args);

  test("is a second writer: it requires what the first does not share (A19)", () => {
    expect(refusal(add("b", "qcow2"))).toBe('Failed to get "write" lock');
  });

  test("is a reader that does not share what the first requires (A20)", () => {
    const reader = { "read-only": true };
    expect(refusal(add("b", "qcow2", reader))).toBe('Failed to get shared "write" lock');
    const forced = add("b", "qcow2", { ...reader, "force-share": true });
    expect(apply(open, ...forced).nodes.has("b")).toBe(true);
  });

  test("leaves no lock behind", () => {
    const pinned = built(add("p", "raw"), [
      "blockdev-add",
      { driver: "blkdebug", "node-name": "pin", image: "p", "unshare-child-perms": ["write"] },
    ]);
    expect(() => apply(pinned, ...add("b", "qcow2"))).toThrow('Failed to get "write" lock');
    const freed = apply(pinned, "blockdev-del", { "node-name": "pin" });
    expect(locked(freed)).toEqual({});
    expect(apply(freed, ...add("b", "qcow2")).nodes.has("b")).toBe(true);
  });

  test("is also a hand-over within one command: both nodes hold the file meanwhile", () => {
    const file = { driver: "file", filename: "base.qcow2" };
    const graph = built(
      ...["one", "other"].map((name): Command => ["blockdev-add", { ...file, "node-name": name }]),
      ["blockdev-add", { driver: "raw", "node-name": "between", file: "one" }],
      ["blockdev-add", { driver: "qcow2", "node-name": "q", file: "between" }],
    );
    const options = [{ driver: "raw", "node-name": "between", file: "other" }];
    expect(refused(graph, "blockdev-reopen", { options })).toBe('Failed to get "write" lock');
  });
});

describe("two users of one file", () => {
  const bits = fc.nat(ALL_PERMISSIONS);
  const masks: fc.Arbitrary<Masks> = fc.record({ perm: bits, shared: bits });

  test("are refused or not whoever comes first", () => {
    fc.assert(
      fc.property(masks, masks, (one, other) => {
        const apart = collision(one, [other]) === null;
        expect(collision(other, [one]) === null).toBe(apart);
        expect(apart).toBe((one.perm & ~other.shared) === 0 && (other.perm & ~one.shared) === 0);
      }),
    );
  });

  test("are refused as by any one of those that are there", () => {
    fc.assert(
      fc.property(masks, fc.array(masks, { maxLength: 4 }), (one, others) => {
        const apart = others.every((other) => collision(one, [other]) === null);
        expect(collision(one, others) === null).toBe(apart);
      }),
    );
  });

  test.each<[string, Partial<Masks>, Partial<Masks>]>([
    ['Failed to get "consistent read" lock', { perm: 15 }, { perm: 15, shared: 0 }],
    ['Failed to get "write unchanged" lock', { perm: WRITE_UNCHANGED | RESIZE }, { shared: WRITE }],
    ['Failed to get shared "resize" lock', { shared: CONSISTENT_READ }, { perm: RESIZE }],
    ['Failed to get shared "write" lock', { perm: WRITE, shared: 0 }, { perm: WRITE | RESIZE }],
  ])("%s: what is required is looked at first, in the order of the bytes", (text, one, other) => {
    expect(collision({ ...NO_DEMANDS, ...one }, [{ ...NO_DEMANDS, ...other }])).toBe(text);
  });
});
