/**
 * The manual of `nbd`.
 */
import { opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A node whose bytes are those of an export of an NBD server: ours, `qemu-nbd`, nbdkit or " +
      "another. In a live graph the command that opens it waits for the connection; in a model " +
      "the export is an image like any other.",
    "With `reconnect-delay` requests wait that long for a server that went away. One that comes " +
      "back with another size, or read-only, is refused.",
  ],
  limits: [
    "The server is at a unix socket or at a host and port; `path`, `host` and `port` without " +
      "`server` are refused, as QMP refuses them.",
    "Block status is data or zeros: `x-dirty-bitmap` is refused.",
    "It locks nothing: whether others may use the export is the server's business. It cannot be " +
      "made longer.",
  ],
  example: [opened("nbd", "disk", { server: { type: "unix", path: "nbd.sock" }, export: "disk" })],
};
