/**
 * A script that shows something on a real QEMU: images, QMP commands, and requests of qemu-io.
 */
import type { QmpCommand } from "../../../graph/commands.ts";

export interface ScriptImage {
  readonly name: string;
  readonly format: "raw" | "qcow2";
  /** bytes */
  readonly length: number;
  /** the byte that it is full of; absent: it is empty */
  readonly fill?: number;
}

export type ScriptStep =
  | { readonly kind: "qmp"; readonly command: QmpCommand }
  | {
      readonly kind: "io";
      /** name of an export */
      readonly through: string;
      /** commands of qemu-io */
      readonly commands: readonly string[];
      /** whether the next step does not wait for it */
      readonly background: boolean;
    }
  /** waits for requests in the background, and a second more: for a job that has to end */
  | { readonly kind: "wait" };

export interface Script {
  readonly program: "qemu-storage-daemon" | "qemu-system-x86_64";
  readonly images: readonly ScriptImage[];
  readonly steps: readonly ScriptStep[];
}

/** What is to be seen at its end: how the program ended, or what qemu-io or QMP says. */
export type Shown =
  | { readonly kind: "status"; readonly status: 134 | 137 | 139 }
  | { readonly kind: "says"; readonly text: string };
