/**
 * The symmetries of a program that a condition is blind to: renumbering the things of such a one
 * never changes whether it holds.
 *
 * An atom about any, every or so many elements of what is owned evenly sees all of them, in no
 * order, and is blind. One that numbers an element, or is about a field in which things are named
 * by number, or about what one thing alone owns, is not. Then states that differ by such a
 * renumbering only have the same ways to what is looked for, wherever a search begins: each step of
 * the one is, renumbered, a step of the other, and the condition holds after both or after neither.
 */
import type { Program, Symmetry } from "../../check/program/program.ts";
import type { Condition, Target } from "./condition.ts";

export function blindSymmetries(program: Program, condition: Condition): Symmetry[] {
  const targets = targetsOf(condition);
  const seen = program.symmetries.filter((each) => targets.some((target) => sees(target, each)));
  // A group lies within the things of a later one, which then is no symmetry without it.
  return program.symmetries.filter(
    (each) => !seen.includes(each) && !seen.some((other) => isWithin(other, each)),
  );
}

function targetsOf(condition: Condition): Target[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return [...targetsOf(condition.left), ...targetsOf(condition.right)];
    case "not":
      return targetsOf(condition.of);
    default:
      return [condition.target];
  }
}

function sees({ kind, name, which }: Target, symmetry: Symmetry): boolean {
  const { owned, processes, members, naming } = symmetry;
  const isMembers = members.some((member) =>
    (kind === "field" ? member.fields : member.processes).includes(name),
  );
  if (isMembers || (kind === "field" && naming.some(({ field }) => field === name))) return true;
  if (typeof which !== "number") return false;
  return kind === "field"
    ? owned.some(({ field }) => field === name)
    : processes.some(({ process }) => process === name);
}

/** Whether some of what things of the one own belongs to a thing of the other. */
function isWithin({ owned, processes, members }: Symmetry, outer: Symmetry): boolean {
  const fields = [...owned.map(({ field }) => field), ...members.flatMap((each) => each.fields)];
  const moved = [
    ...processes.map(({ process }) => process),
    ...members.flatMap((each) => each.processes),
  ];
  return outer.members.some(
    (member) =>
      member.fields.some((field) => fields.includes(field)) ||
      member.processes.some((process) => moved.includes(process)),
  );
}
