/**
 * `blklogwrites`: a filter over `file` that writes down in `log` what is written (QEMU
 * block/blklogwrites.c).
 *
 * The log is metadata of its own: nobody else may write it, also while nobody uses the filter.
 *
 * Limits: rules and options only. It has no data path, so graphs with it can be built, rewired and
 * judged, but no request passes through it, and nothing is in a log that could be appended to.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { manual } from "./manual.ts";

const SECTOR_MIN = 512;
const SECTOR_MAX = 1 << 23;

const options = commonOptions.extend({
  "log-sector-size": z.int().min(0, "uint32_t").default(SECTOR_MIN).meta({
    description: "bytes in whose multiples writes are logged",
  }),
  "log-append": z.boolean().default(false).meta({
    description: "write on in a log that exists; there is none here",
  }),
  "log-super-update-interval": z.int().min(0, "uint64_t").default(4096).meta({
    description: "writes after which the log's own header is brought up to date",
  }),
});

const sectorSize = (size: unknown) => (typeof size === "number" ? size : SECTOR_MIN);

export const blklogwrites = defineDriver({
  name: "blklogwrites",
  summary: "writes down what is written (permissions only)",
  manual,
  options,
  children: [
    { name: "file", roles: ["filtered", "primary"] },
    { name: "log", roles: ["metadata"] },
  ],
  filter: true,
  reopens: null,
  opened(_graph, { options: given }) {
    if (given["log-append"] === true) throw refuse("Invalid log superblock magic");
    const size = sectorSize(given["log-sector-size"]);
    if (size >= SECTOR_MIN && size < SECTOR_MAX && Number.isInteger(Math.log2(size))) return;
    throw refuse(`Invalid log sector size ${size}`);
  },
  alignment: ({ "log-sector-size": size }) => sectorSize(size),
  logsTo: "log",
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
