/**
 * `raw`: shows its file, or a window of it (QEMU block/raw-format.c).
 *
 * `offset` and `size` are bytes. The window must lie inside the file. Formally no filter, but it
 * hands every request on, moved by the offset.
 */
import { z } from "zod";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { refuse } from "../../graph/refuse.ts";
import { STORAGE_OPERATIONS } from "../../vocabulary.ts";
import { defineDriver } from "../driver.ts";

const bytes = z.int().min(0, "a non-negative number below 2^64");

const options = commonOptions.extend({
  offset: bytes.default(0).meta({ description: "first byte of the file that is shown" }),
  size: bytes.optional().meta({ description: "bytes shown; default: up to the end" }),
});

export const raw = defineDriver({
  name: "raw",
  summary: "shows its file, or a window of it",
  options,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: null,
    node: null,
    requests: Object.fromEntries(
      [...STORAGE_OPERATIONS, "write-unchanged" as const].map((operation) => [
        operation,
        forwardChart(`raw/${operation}`, "file", operation),
      ]),
    ),
    tasks: {},
  }),
  geometry({ offset, size }, below) {
    if (offset > below) {
      throw refuse(
        `Offset (${offset}) cannot be greater than size of the containing file (${below})`,
      );
    }
    const length = size ?? below - offset;
    if (offset + length > below) {
      throw refuse(
        `The sum of offset (${offset}) and size (${length}) has to be smaller or equal to the  ` +
          `actual size of the containing file (${below})`,
      );
    }
    return { length, shift: offset };
  },
});
