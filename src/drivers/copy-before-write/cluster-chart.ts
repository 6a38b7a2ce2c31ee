/**
 * What a copy-before-write filter remembers about one cluster.
 *
 * QEMU keeps three bitmaps and a list (block/copy-before-write.c, block/block-copy.c); seen from
 * one cluster they are three independent facts and a count:
 *
 *     copy      dirty    still to be copied before a guest may overwrite it
 *               copying  exactly one task is copying it now (its dirty bit is already clear)
 *               clean    settled: copied, or not wanted
 *     done      whether the target is known to hold the old data       (`done_bitmap`)
 *     access    whether the reader of the view may still ask for it    (`access_bitmap`)
 *     frozen    how many view reads are using the source right now     (`frozen_read_reqs`)
 *     held      how many view reads are using the target right now     (not in QEMU: rule C11,
 *               repaired; always 0 in the faithful variant)
 *
 * Three events have states in which nobody handles them, and that is what waiting means here: CLAIM
 * while the cluster is being copied (an overlapping copy, rule K9), DRAINED while a view read is
 * frozen on it (rule C3.6), and UNHELD while one is reading the target.
 *
 * `clean` is not `done`: a guest write that fails half way leaves clusters copied but unconfirmed
 * (rule C3.5), and the view goes on reading those from the source.
 */
import { assign, emit, setup } from "xstate";
import { z } from "zod";
import { type Chart, stateChart } from "../../chart/chart.ts";
import type { CopyBeforeWriteParameters } from "./parameters.ts";

type ClusterEvent =
  | { type: "CLAIM" }
  | { type: "COPIED" }
  | { type: "ABANDON" }
  | { type: "RESET" }
  | { type: "SETTLE" }
  | { type: "LOCATE" }
  | { type: "ACCESS" }
  | { type: "EXCLUDE" }
  | { type: "FREEZE" }
  | { type: "THAW" }
  | { type: "DRAINED" }
  | { type: "HOLD" }
  | { type: "RELEASE" }
  | { type: "UNHELD" };

/** In order of precedence: one denied cluster denies the whole request (rule C8). */
const REPLIES = [
  "DENIED",
  "ALLOWED",
  "IN_SOURCE",
  "IN_TARGET",
  "GRANTED",
  "ALREADY",
  "OK",
] as const;
type ClusterReply = (typeof REPLIES)[number];

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

/** @param readers how many view reads may use one cluster at once */
export function clusterChart(parameters: CopyBeforeWriteParameters, readers: number): Chart {
  const machine = setup({
    types: {} as {
      context: { frozen: number; held: number };
      events: ClusterEvent;
      emitted: { type: ClusterReply };
    },
    actions: {
      reply: emit((_, params: { type: ClusterReply }) => params),
      freeze: assign({ frozen: ({ context }) => context.frozen + 1 }),
      thaw: assign({ frozen: ({ context }) => context.frozen - 1 }),
      hold: assign({ held: ({ context }) => context.held + 1 }),
      release: assign({ held: ({ context }) => context.held - 1 }),
    },
    guards: {
      unfrozen: ({ context }) => context.frozen === 0,
      unheld: ({ context }) => context.held === 0,
    },
  }).createMachine({
    id: "copy-before-write/cluster",
    type: "parallel",
    context: { frozen: 0, held: 0 },
    states: {
      copy: {
        initial: "dirty",
        states: {
          dirty: {
            on: {
              CLAIM: { target: "copying", actions: reply("GRANTED") },
              RESET: { target: "clean", actions: reply("OK") },
            },
          },
          copying: {
            on: {
              COPIED: { target: "clean", actions: reply("OK") },
              ABANDON: { target: "dirty", actions: reply("OK") },
              RESET: { actions: reply("OK") },
            },
          },
          clean: {
            on: {
              CLAIM: { actions: reply("ALREADY") },
              RESET: { actions: reply("OK") },
            },
          },
        },
      },
      done: {
        initial: "no",
        states: {
          no: {
            on: {
              SETTLE: { target: "yes", actions: reply("OK") },
              LOCATE: { actions: reply("IN_SOURCE") },
            },
          },
          yes: {
            on: {
              SETTLE: { actions: reply("OK") },
              LOCATE: { actions: reply("IN_TARGET") },
            },
          },
        },
      },
      access: {
        initial: "allowed",
        states: {
          allowed: {
            on: {
              ACCESS: { actions: reply("ALLOWED") },
              EXCLUDE: { target: "denied", actions: reply("OK") },
            },
          },
          denied: {
            on: {
              ACCESS: { actions: reply("DENIED") },
              EXCLUDE: { actions: reply("OK") },
            },
          },
        },
      },
    },
    on: {
      FREEZE: { actions: ["freeze", reply("OK")] },
      THAW: { actions: ["thaw", reply("OK")] },
      DRAINED: { guard: "unfrozen", actions: reply("OK") },
      ...(parameters.viewDiscard === "repaired" && {
        HOLD: { actions: ["hold", reply("OK")] },
        RELEASE: { actions: ["release", reply("OK")] },
        UNHELD: { guard: "unheld", actions: reply("OK") },
      }),
    },
  });
  const count = z.int().min(0).max(readers);
  const context = z.strictObject({ frozen: count, held: count });
  return stateChart("cluster", "copy-before-write/cluster", machine, REPLIES, context);
}
