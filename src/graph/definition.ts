/**
 * Definitions of nodes, as `blockdev-add` and `blockdev-reopen` take them (QAPI `BlockdevOptions`).
 *
 * A definition is checked as a whole, with all that it defines inline, before anything is opened:
 * that is what QEMU's QAPI layer does.
 */
import { z } from "zod";
import type { ChildSlot, DriverCatalogue, DriverShape } from "./catalogue.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./graph.ts";
import { parseArguments, refuse } from "./refuse.ts";

const common = z.object({ driver: z.string(), "node-name": z.string().optional() });

/**
 * Checks a definition, and those inside it.
 * @param args whatever was given
 * @param at prefix of parameter names in messages
 * @returns its driver
 * @throws BlockgraphError `graph-refused`
 */
export function checkDefinition(
  args: JsonObject,
  at: string,
  drivers: DriverCatalogue,
): DriverShape {
  const shape = drivers.get(parseArguments(common, args, at).driver);
  if (shape === undefined || shape.internal === true) {
    throw refuse(`Parameter 'driver' does not accept value '${String(args.driver)}'`);
  }
  parseArguments(shape.options, ownOptions(shape, args), at);
  for (const { name, optional = false, list = false } of shape.children) {
    const value = args[name];
    if (list) checkList(value, at, name, drivers);
    else if (value === undefined) {
      if (!optional) throw refuse(`Parameter '${at}${name}' is missing`);
    } else if (isDefinition(value)) checkDefinition(value, `${at}${name}.`, drivers);
    else if (typeof value !== "string" && (value !== null || !optional)) {
      const expected = optional ? "BlockdevRefOrNull" : "BlockdevRef";
      throw refuse(`Invalid parameter type for '${at}${name}', expected: ${expected}`);
    }
  }
  return shape;
}

function checkList(
  value: JsonValue | undefined,
  at: string,
  name: string,
  drivers: DriverCatalogue,
): void {
  if (value === undefined) throw refuse(`Parameter '${at}${name}' is missing`);
  if (!Array.isArray(value)) {
    throw refuse(`Invalid parameter type for '${at}${name}', expected: array`);
  }
  for (const [index, element] of value.entries()) {
    if (isDefinition(element)) {
      checkDefinition(element, `${at}${name}[${index}].`, drivers);
    } else if (typeof element !== "string") {
      // QEMU's visitor has forgotten where it is, and prints a null pointer.
      throw refuse("Invalid parameter type for 'null', expected: BlockdevRef");
    }
  }
}

/** A child that a definition gives: by name, or defined on the spot. */
export interface GivenChild {
  readonly slot: ChildSlot;
  readonly reference: string | JsonObject;
}

/** The children that a definition gives, in the order of the driver; those of a list numbered. */
export function givenChildren({ children }: DriverShape, args: JsonObject): GivenChild[] {
  return children.flatMap((slot) => {
    const value = args[slot.name];
    const all = Array.isArray(value)
      ? value.map((each, index) => ({
          slot: { name: `${slot.name}.${index}`, roles: slot.roles },
          reference: each,
        }))
      : [{ slot, reference: value }];
    return all.flatMap(({ slot: own, reference }) =>
      typeof reference === "string" || isDefinition(reference) ? [{ slot: own, reference }] : [],
    );
  });
}

/** Whether a child is defined on the spot. */
export function isDefinition(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value);
}

/** A node's own options among all that were given. */
export function ownOptions({ children }: DriverShape, args: JsonObject): JsonObject {
  const others = ["driver", "node-name", ...children.map(({ name }) => name)];
  return Object.fromEntries(Object.entries(args).filter(([name]) => !others.includes(name)));
}

/** How an inline node caches: as its parent, but for what its own definition says. */
export function inheritedCache(
  parents: JsonValue | undefined,
  own: JsonValue | undefined,
): JsonObject | null {
  const cache = { ...(isJsonObject(parents) && parents), ...(isJsonObject(own) && own) };
  return Object.keys(cache).length > 0 ? cache : null;
}
