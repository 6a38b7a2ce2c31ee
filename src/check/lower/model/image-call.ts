/**
 * A call that an image answers: it waits there, and its effect happens when it ends.
 *
 * What block-status says of a cell that holds zeros is the medium's choice: it may call it data. So
 * both answers are steps.
 */
import type { Errno, StorageOperation } from "../../../vocabulary.ts";
import { binary, block, field, leave, local, loop, set, when } from "../../program/build.ts";
import type { Alternative, Expression, Statement } from "../../program/program.ts";
import { add, alternative, type Carrier } from "./carrier.ts";
import type { RegisterAccess } from "./frame.ts";
import { imageOf } from "./image-fields.ts";

export interface ImageAccess {
  readonly image: string;
  readonly operation: StorageOperation;
  /** cell of the image that is cell 0 of the caller */
  readonly shift: number;
  /** cells of the caller: [lo, hi) */
  readonly lo: Expression;
  readonly hi: Expression;
  readonly register: RegisterAccess | null;
}

/** What images do besides answering. */
export interface ImageContext {
  /** alternatives of a call that fails, one for each fault that may strike there */
  faults(
    carrier: Carrier,
    access: Pick<ImageAccess, "image" | "operation">,
    failed: (errno: Errno) => Statement[],
  ): readonly Alternative[];
  /** what follows from a call of the image that ended well */
  answered(carrier: Carrier, access: ImageAccess): readonly Statement[];
}

export interface ImageAnswers {
  done(): Statement[];
  failed(errno: Errno): Statement[];
  told(status: "data" | "zero", cells: Expression): Statement[];
}

/** The ways in which the call can end. */
export function imageAlternatives(
  carrier: Carrier,
  place: string,
  access: ImageAccess,
  context: ImageContext,
  answers: ImageAnswers,
): Alternative[] {
  const { image, operation, lo, hi, shift } = access;
  const text = `${carrier.process} {self}: ${operation} of ${image}`;
  const faults = context.faults(carrier, access, (errno) => answers.failed(errno));
  if (operation !== "block-status") {
    const effects = [...perform(access, place), ...context.answered(carrier, access)];
    const body = [...effects, ...answers.done()];
    return [alternative("DONE", `${text} ends`, body), ...faults];
  }
  const value = field(imageOf(image), add("cell", shift));
  const zeros = [
    local("zeros", 0),
    loop("cell", lo, hi, [
      when(binary(value, "!=", 0), [leave]),
      local("zeros", binary("zeros", "+", 1)),
    ]),
    when(binary("zeros", "==", 0), [block]),
  ];
  const told = { kind: "local", name: "zeros" } as const;
  return [
    alternative("DATA", `${text} says data`, answers.told("data", binary(hi, "-", lo))),
    alternative("ZERO", `${text} says zero`, [...zeros, ...answers.told("zero", told)]),
    ...faults,
  ];
}

function perform(access: ImageAccess, place: string): Statement[] {
  const { image, operation, lo, hi, shift, register } = access;
  const name = imageOf(image);
  const at = add("cell", shift);
  const index = binary("cell", "-", lo);
  switch (operation) {
    case "read":
      if (register === null) return [];
      return [loop("cell", lo, hi, [register.write(index, field(name, at))])];
    case "write": {
      if (register === null) return [];
      const filled = register.filled(index);
      const message = `${place}: writes a register into which nothing was read`;
      return [
        loop("cell", lo, hi, [
          ...(filled === null ? [] : [when(filled, [], [{ kind: "fail", message }])]),
          set(name, at, register.read(index)),
        ]),
      ];
    }
    case "write-zeroes":
    case "discard":
      return [loop("cell", lo, hi, [set(name, at, 0)])];
    case "flush":
    case "block-status":
      return [];
  }
}
