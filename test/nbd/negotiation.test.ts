/**
 * The handshake, option by option: what is answered, and what that leads to.
 */
import { describe, expect, test } from "vitest";
import { INFO, OPTION, OPTION_REPLY } from "../../src/nbd/constants.ts";
import type { NbdExport } from "../../src/nbd/export.ts";
import { ExportList } from "../../src/nbd/export-list.ts";
import { type Answer, Negotiation } from "../../src/nbd/negotiation.ts";
import { greeting } from "../../src/nbd/option-reply.ts";
import { MemoryExport } from "./memory-export.ts";
import * as wire from "./wire.ts";

const { ACK, META_CONTEXT, SERVER } = OPTION_REPLY;
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OPTION_REPLY).map(([name, number]) => [number, name]),
);

function start(changes: Partial<NbdExport> = {}, tls = false): Negotiation {
  const catalog = new ExportList();
  catalog.add(new MemoryExport(1024 * 1024, { name: "disk", ...changes }));
  const negotiation = new Negotiation(catalog, tls);
  negotiation.clientFlags(3);
  return negotiation;
}

/** The replies of an answer by name, with what it leads to. */
function told({ send, next }: Answer): string {
  const cursor = new wire.Cursor(Buffer.concat(send));
  const names: (string | undefined)[] = [];
  while (cursor.left > 0) names.push(NAMES.get(wire.takeOptionAnswer(cursor).type));
  return [...names, typeof next === "string" ? next : "agreed"].join(" ");
}

function payloads({ send }: Answer, type: number): Buffer[] {
  const cursor = new wire.Cursor(Buffer.concat(send));
  const found: Buffer[] = [];
  while (cursor.left > 0) {
    const answer = wire.takeOptionAnswer(cursor);
    if (answer.type === type) found.push(answer.payload);
  }
  return found;
}

const NOTHING = Buffer.alloc(0);
const contexts = wire.contextPayload("disk", ["base:allocation"]);
const go = wire.infoPayload("disk");

describe("options", () => {
  test("the greeting is that of fixed newstyle", () => {
    const cursor = new wire.Cursor(greeting());
    wire.takeGreeting(cursor);
    expect(cursor.left).toBe(0);
  });

  test.for<[string, number, Buffer | null, string]>([
    ["unknown", 99, NOTHING, "ERR_UNSUP option"],
    ["PEEK_EXPORT, withdrawn", 4, NOTHING, "ERR_UNSUP option"],
    ["too long", OPTION.LIST, null, "ERR_TOO_BIG option"],
    ["ABORT", OPTION.ABORT, NOTHING, "ACK end"],
    ["ABORT with anything", OPTION.ABORT, Buffer.of(1), "ACK end"],
    ["LIST", OPTION.LIST, NOTHING, "SERVER ACK option"],
    ["LIST with a payload", OPTION.LIST, Buffer.of(1), "ERR_INVALID option"],
    ["STARTTLS without credentials", OPTION.STARTTLS, NOTHING, "ERR_POLICY option"],
    ["STARTTLS with a payload", OPTION.STARTTLS, Buffer.of(1), "ERR_INVALID option"],
    ["GO", OPTION.GO, go, "INFO INFO ACK agreed"],
    ["INFO", OPTION.INFO, go, "INFO INFO ACK option"],
    ["GO elsewhere", OPTION.GO, wire.infoPayload("none"), "ERR_UNKNOWN option"],
    ["GO, cut short", OPTION.GO, go.subarray(0, -1), "ERR_INVALID option"],
    ["GO and a byte", OPTION.GO, Buffer.concat([go, Buffer.of(0)]), "ERR_INVALID option"],
    ["GO, a long name", OPTION.GO, wire.infoPayload("x".repeat(4097)), "ERR_TOO_BIG option"],
    ["GO, NUL", OPTION.GO, wire.infoPayload("disk\0"), "ERR_INVALID option"],
    ["GO, no UTF-8", OPTION.GO, Buffer.from("000000014000ff0000", "hex"), "ERR_INVALID option"],
    ["EXPORT_NAME elsewhere", OPTION.EXPORT_NAME, Buffer.from("none"), "end"],
    ["STRUCTURED_REPLY", OPTION.STRUCTURED_REPLY, NOTHING, "ACK option"],
    ["STRUCTURED_REPLY with any", OPTION.STRUCTURED_REPLY, Buffer.of(1), "ERR_INVALID option"],
    ["EXTENDED_HEADERS", OPTION.EXTENDED_HEADERS, NOTHING, "ACK option"],
    ["contexts cut short", 9, wire.contextPayload("disk", []).subarray(1), "ERR_INVALID option"],
    ["contexts and a byte", 9, Buffer.concat([contexts, Buffer.of(0)]), "ERR_INVALID option"],
    ["contexts too early", 10, wire.contextPayload("disk", []), "ERR_INVALID option"],
  ])("%s", ([, option, payload, answer]) => {
    expect(told(start().option(option, payload))).toBe(answer);
  });

  test("information that was asked for is given", () => {
    const negotiation = start({ description: "a disk" });
    const wanted = wire.infoPayload("disk", [INFO.NAME, INFO.DESCRIPTION, 77]);
    const [name, description, blocks, size] = payloads(
      negotiation.option(OPTION.INFO, wanted),
      OPTION_REPLY.INFO,
    );
    expect(size?.toString("hex")).toBe("000000000000001000000d6d");
    expect(blocks?.toString("hex")).toBe("0003000000010000100002000000");
    expect([name?.toString("latin1"), description?.toString("latin1")]).toEqual([
      "\0\u0001disk",
      "\0\u0002a disk",
    ]);
  });

  test("EXPORT_NAME is answered by size, flags, and zeros unless they are not wanted", () => {
    const long = start();
    long.clientFlags(1);
    const name = Buffer.from("disk");
    const answers = [start(), long].map((one) => one.option(OPTION.EXPORT_NAME, name));
    expect(answers.map(({ send }) => Buffer.concat(send).length)).toEqual([10, 134]);
    expect(answers.map(({ next }) => typeof next)).toEqual(["object", "object"]);
  });

  test("a client that knows only EXPORT_NAME is not answered anything else", () => {
    const negotiation = start();
    negotiation.clientFlags(0);
    expect(told(negotiation.option(OPTION.LIST, NOTHING))).toBe("end");
  });

  test("flags of a client that mean nothing end the connection", () => {
    expect(start().clientFlags(4).next).toBe("end");
  });

  test("extended headers include structured replies, and neither is agreed on twice", () => {
    const negotiation = start();
    const { EXTENDED_HEADERS, STRUCTURED_REPLY } = OPTION;
    const asked = [STRUCTURED_REPLY, STRUCTURED_REPLY, EXTENDED_HEADERS, EXTENDED_HEADERS];
    const answers = [...asked, STRUCTURED_REPLY].map((one) =>
      told(negotiation.option(one, NOTHING)),
    );
    expect(answers).toEqual([
      "ACK option",
      "ERR_INVALID option",
      "ACK option",
      "ERR_INVALID option",
      "ERR_EXT_HEADER_REQD option",
    ]);
  });

  test("somebody who never chooses is let go of", () => {
    const negotiation = start();
    const answers = Array.from({ length: 1025 }, () => negotiation.option(OPTION.LIST, NOTHING));
    expect(answers.slice(-2).map(({ next }) => next)).toEqual(["option", "end"]);
  });

  test("blocks larger than clients assume have to be asked for", () => {
    const blockSize = { minimum: 4096, preferred: 4096, maximum: 4096 };
    const ask = (...infos: number[]) =>
      told(start({ blockSize }).option(OPTION.GO, wire.infoPayload("disk", infos)));
    expect(ask()).toBe("ERR_BLOCK_SIZE_REQD option");
    expect(ask(INFO.BLOCK_SIZE)).toBe("INFO INFO ACK agreed");
    expect(told(start({ blockSize }).option(OPTION.EXPORT_NAME, Buffer.from("disk")))).toBe("end");
  });
});

describe("flags", () => {
  const flagsOf = (changes: Partial<NbdExport>) =>
    payloads(start(changes).option(OPTION.GO, go), OPTION_REPLY.INFO)[1]?.readUInt16BE(10);

  test("are QEMU's for exports that are written to, and that are not", () => {
    const negotiation = start();
    negotiation.option(OPTION.STRUCTURED_REPLY, NOTHING);
    const [, info] = payloads(negotiation.option(OPTION.GO, go), OPTION_REPLY.INFO);
    expect(info?.readUInt16BE(10)).toBe(0xded);
    expect(flagsOf({ writable: false, trims: false })).toBe(0x58f & ~0x80);
  });

  test("of an export that takes trims alone have neither READ_ONLY nor a way to write", () => {
    expect(flagsOf({ writable: false })).toBe(0x52d);
  });
});

describe("metadata contexts", () => {
  const offered = ["base:allocation", "qemu:dirty-bitmap:a", "qemu:dirty-bitmap:b"];

  function asked(option: number, ...queries: string[]): string[] {
    const negotiation = start({ contexts: offered });
    negotiation.option(OPTION.STRUCTURED_REPLY, NOTHING);
    const answer = negotiation.option(option, wire.contextPayload("disk", queries));
    expect(told(answer).endsWith("ACK option")).toBe(true);
    return payloads(answer, META_CONTEXT).map(
      (payload) => `${payload.readUInt32BE(0)} ${payload.toString("latin1", 4)}`,
    );
  }

  test("a list shows all, those of a namespace, or those named", () => {
    const list = (...queries: string[]) =>
      asked(OPTION.LIST_META_CONTEXT, ...queries).map((line) => line.replace("0 ", ""));
    expect(list()).toEqual(offered);
    expect(list("qemu:")).toEqual(offered.slice(1));
    expect(list("qemu:dirty-bitmap:b", "base:", "base:allocation")).toEqual([
      "base:allocation",
      "qemu:dirty-bitmap:b",
    ]);
    expect(list("none:such", "q".repeat(4097))).toEqual([]);
  });

  test("a selection takes those named, and no others", () => {
    const set = (...queries: string[]) => asked(OPTION.SET_META_CONTEXT, ...queries);
    expect(set()).toEqual([]);
    expect(set("qemu:", "base")).toEqual([]);
    expect(set("qemu:dirty-bitmap:b", "base:allocation", "base:allocation")).toEqual([
      "0 base:allocation",
      "2 qemu:dirty-bitmap:b",
    ]);
  });

  test("a selection is void for another export, and after one that failed", () => {
    const select = (...names: string[]) => {
      const negotiation = start({ contexts: offered });
      negotiation.option(OPTION.STRUCTURED_REPLY, NOTHING);
      for (const name of names) {
        const payload = wire.contextPayload(name, ["base:allocation"]);
        negotiation.option(OPTION.SET_META_CONTEXT, payload);
      }
      const { next } = negotiation.option(OPTION.GO, go);
      return typeof next === "object" ? next.contexts.length : next;
    };
    expect([select("disk"), select(), select("disk", "none")]).toEqual([1, 0, 0]);
  });
});

describe("TLS that is required", () => {
  test("comes before all else", () => {
    const negotiation = start({}, true);
    const { GO, LIST, STARTTLS } = OPTION;
    expect(told(negotiation.option(LIST, NOTHING))).toBe("ERR_TLS_REQD option");
    expect(told(negotiation.option(GO, go))).toBe("ERR_TLS_REQD option");
    expect(told(negotiation.option(STARTTLS, NOTHING))).toBe("ACK tls");
    negotiation.tlsBegun();
    expect(told(negotiation.option(STARTTLS, NOTHING))).toBe("ERR_INVALID option");
    expect(told(negotiation.option(GO, go))).toBe("INFO INFO ACK agreed");
  });

  test("keeps an export from being used by its name alone, and lets a client leave", () => {
    const name = Buffer.from("disk");
    expect(told(start({}, true).option(OPTION.EXPORT_NAME, name))).toBe("end");
    expect(told(start({}, true).option(OPTION.ABORT, NOTHING))).toBe("ACK end");
  });
});

test("a list names every export, with its description", () => {
  const payload = payloads(start({ description: "a disk" }).option(OPTION.LIST, NOTHING), SERVER);
  expect(payload.map((one) => one.toString("latin1"))).toEqual(["\0\0\0\u0004diska disk"]);
  expect(told(start().option(OPTION.LIST, NOTHING))).toContain(NAMES.get(ACK));
});
