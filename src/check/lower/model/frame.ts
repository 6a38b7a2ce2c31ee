/**
 * A frame while it is lowered: one request at one node, with all of it that is known beforehand.
 *
 * The graph stands still while requests are under way, so which chart calls which other is known,
 * and the whole stack of frames becomes one flat process: a node of the program for every state of
 * every chart on the stack.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { LiveNode } from "../../../system/live-node.ts";
import type { BlockStatus, Errno } from "../../../vocabulary.ts";
import { binary, type Term } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { add, type Carrier } from "./carrier.ts";

/** Where the values of a register are: one for every cell of the frame. */
export interface RegisterAccess {
  read(cell: Term): Expression;
  write(cell: Term, value: Term): Statement;
  /** whether anything was read into it; null: it always has a value */
  filled(cell: Term): Expression | null;
}

/** How a request ended, as far as it is known beforehand. */
export type FrameEnd =
  | { readonly kind: "failed"; readonly errno: Errno }
  | { readonly kind: "done" }
  | { readonly kind: "status"; readonly status: BlockStatus }
  /** a block-status request passes on what the last call said: registers of the frame */
  | { readonly kind: "told"; readonly status: Expression; readonly cells: Expression };

export interface LoweredFrame {
  readonly carrier: Carrier;
  /** unique in the carrier: what its nodes' names begin with */
  readonly path: string;
  readonly node: LiveNode;
  readonly automaton: Automaton;
  /** a block-status request, whose answer matters to whoever sent it */
  readonly tells: boolean;
  /** names of the nodes that the request is under way in, this one included */
  readonly within: readonly string[];
  /** cells of the node: [lo, hi) */
  readonly lo: Expression;
  readonly hi: Expression;
  /** the most cells that it can have, and the most clusters that it can touch */
  readonly longest: number;
  readonly hull: number;
  readonly data: RegisterAccess | null;
  /** how deep in the stack, from 0 */
  readonly depth: number;
  /** what follows; ends with a goto */
  end(end: FrameEnd): Statement[];
}

/** Names of the frame's own registers. */
export function registersOf(depth: number) {
  const suffix = depth === 0 ? "" : ` ${depth}`;
  return {
    position: `position${suffix}`,
    spanEnd: `span end${suffix}`,
    old: `old${suffix}`,
    status: `status${suffix}`,
    told: `told${suffix}`,
    errno: `errno${suffix}`,
    joining: `joining${suffix}`,
  };
}

/** A cell of the frame's node that the frame remembers. */
export interface CellAccess {
  read(): Expression;
  write(cell: Term): Statement;
  /** cells from the frame's first one on */
  distance(): Expression;
}

/**
 * The span that the frame is at: [from, to). Their distances from the frame's first cell are kept:
 * what a request remembers depends on where it is only in its own beginning.
 */
export function spanOf(frame: Pick<LoweredFrame, "carrier" | "depth" | "lo">): {
  readonly from: CellAccess;
  readonly to: CellAccess;
} {
  const { position, spanEnd } = registersOf(frame.depth);
  const access = (register: string): CellAccess => ({
    read: () => add(frame.lo, frame.carrier.read(register)),
    write: (cell) => frame.carrier.write(register, binary(cell, "-", frame.lo)),
    distance: () => frame.carrier.read(register),
  });
  return { from: access(position), to: access(spanEnd) };
}

/** 0 in the register `old`: nothing was read into it; else the value plus 1. */
export function oldAccess({ carrier, depth }: Pick<LoweredFrame, "carrier" | "depth">) {
  const { old } = registersOf(depth);
  const access: RegisterAccess = {
    read: (cell) => binary(carrier.read(old, cell), "-", 1),
    write: (cell, value) => carrier.write(old, add(value, 1), cell),
    filled: (cell) => binary(carrier.read(old, cell), ">", 0),
  };
  return access;
}

/** The part of a register that begins at a cell. */
export function partOf(access: RegisterAccess, from: Term): RegisterAccess {
  return {
    read: (cell) => access.read(add(from, cell)),
    write: (cell, value) => access.write(add(from, cell), value),
    filled: (cell) => access.filled(add(from, cell)),
  };
}
