/**
 * What qemu-io prints, and what it means.
 */
import { expect, test } from "vitest";
import { parseIo } from "../../src/qemu/qemu-io.ts";

test("rows of bytes are data, whatever they are as text", () => {
  const row = "00000000:  20 66 61 69 6c 65 64 3a 20 6e 6f 70 65 2e 2e 2e   failed: nope...";
  const output = `${row}\nread 16/16 bytes at offset 0\n16 bytes, 1 ops; 00.00 sec\n`;
  const { error, data } = parseIo(output, true);
  expect(error).toBeNull();
  expect(Buffer.from(data).toString("latin1")).toBe(" failed: nope...");
});

test("a failure is one, even where nobody says how the program ended", () => {
  const failed = { error: "Input/output error", data: new Uint8Array(0) };
  expect(parseIo("read failed: Input/output error\n", true)).toEqual(failed);
  expect(parseIo("read failed: Input/output error\n", false)).toEqual(failed);
  expect(parseIo("qemu-io: can't open", false).error).toBe("qemu-io: can't open");
});
