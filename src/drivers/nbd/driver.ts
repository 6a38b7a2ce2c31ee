/**
 * `nbd`: a node whose bytes are those of an export of an NBD server (QEMU block/nbd.c).
 *
 * In a model the export is an image like any other, by the name that QEMU gives the node
 * (image-name.ts); in a live graph it is a connection to the server. It locks nothing: whether
 * others may use the export is the server's business. It cannot be made longer, and being made
 * shorter changes nothing.
 *
 * Limits: of QAPI's `SocketAddress` what is `inet` and `unix`, and of `inet` host and port. The
 * options of old (`path`, `host` and `port` without `server`) are refused, as QMP refuses them.
 */
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { storageCharts } from "../storage-charts.ts";
import { imageNameOf } from "./image-name.ts";
import { manual } from "./manual.ts";
import { NO_DIRTY_BITMAP, nbdOptions } from "./options.ts";

/** bytes; the longest string of the protocol */
const STRING_MAX = 4096;

export const nbd = defineDriver({
  name: "nbd",
  summary: "keeps its bytes in an export of an NBD server",
  manual,
  options: nbdOptions,
  children: [],
  reopens: [],
  parameters(given) {
    if (given["x-dirty-bitmap"] === undefined) return {};
    throw refuse(NO_DIRTY_BITMAP);
  },
  everyParameters: [{}],
  charts: () => storageCharts("nbd"),
  checked({ export: name, "x-dirty-bitmap": bitmap }) {
    if (typeof name === "string" && Buffer.byteLength(name) > STRING_MAX) {
      throw refuse("export name too long to send to server");
    }
    if (typeof bitmap === "string" && Buffer.byteLength(bitmap) > STRING_MAX) {
      throw refuse("x-dirty-bitmap query too long to send to server");
    }
  },
  resizes: (_options, { size, length }) =>
    length !== null && size > length ? "Cannot grow NBD nodes" : null,
  keepsLength: true,
  known: (options) => imageNameOf(nbdOptions.parse(options)),
  image: imageNameOf,
});
