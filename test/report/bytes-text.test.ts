/**
 * Numbers of bytes for people.
 */
import { expect, test } from "vitest";
import { bytesText } from "../../src/report/bytes-text.ts";

test.each([
  [0, "0 bytes"],
  [1000, "1000 bytes"],
  [1024, "1 KiB"],
  [229376, "224 KiB"],
  [64 * 2 ** 20, "64 MiB"],
  [2 ** 20 + 1, "1048577 bytes"],
  [2 ** 40, "1 TiB"],
  [2 ** 50, "1024 TiB"],
])("%d is %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
