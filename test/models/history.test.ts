/**
 * The history of QEMU's bugs: whatever it says of this repository is so.
 */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { HISTORY } from "../../models/history.ts";
import { MODELS } from "../../models/index.ts";

/** Rows of sections 6.1, 6.2 and 6.5 of the reference. */
const ROWS = [
  ...["H01", "H02", "H03", "H04", "H05", "H06", "H08", "H09", "H10", "H12", "H13", "H14", "H15"],
  ...["H17", "H18", "H19", "H20"],
  ...["H23", "H24", "H25", "H26", "H28", "H29", "H30", "H30b", "H30d", "H30e"],
  ...["H46", "H47", "H48", "H49", "H51", "H53", "H54"],
];

test("every row is there, in order, and is somewhere", () => {
  expect(HISTORY.map(({ row }) => row)).toEqual(ROWS);
  for (const { row, places } of HISTORY) expect(places, row).not.toEqual([]);
});

test.each(HISTORY.map((bug) => [bug.row, bug] as const))("%s is where it is said", (_, bug) => {
  for (const place of bug.places) {
    if (place.kind === "test") expect(existsSync(place.file), place.file).toBe(true);
    if (place.kind === "absent") expect(place.why).not.toBe("");
    if (place.kind === "test" || place.kind === "absent") continue;
    const model = MODELS.get(place.model);
    expect(model, place.model).toBeDefined();
    if (place.kind === "model") expect(model?.expected.verdict).toBe("violated");
    else expect(model?.mutants.map(({ name }) => name)).toContain(place.mutant);
  }
});

test("mutants that name a row are found under that row", () => {
  const named = [...MODELS.values()].flatMap((model) =>
    model.mutants.flatMap(({ name, statement }) =>
      [...statement.matchAll(/\bH\d\d[a-z]?\b/g)]
        .filter(([row]) => ROWS.includes(row) && !statement.includes(`compare ${row}`))
        .map(([row]) => ({ row, model: model.name, mutant: name })),
    ),
  );
  const missing = named.filter(({ row, model, mutant }) => {
    const bug = HISTORY.find((each) => each.row === row);
    return !bug?.places.some(
      (place) => place.kind === "mutant" && place.model === model && place.mutant === mutant,
    );
  });
  expect(missing).toEqual([]);
});
