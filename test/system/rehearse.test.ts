/**
 * What would fail is found without an image.
 */
import { describe, expect, test } from "vitest";
import { fleecing } from "../../models/fleecing.ts";
import { imageFleecing } from "../../models/image-fleecing.ts";
import type { Model, Phase } from "../../src/system/model.ts";
import { rehearse } from "../../src/system/rehearse.ts";
import { refusal } from "../support/refusal.ts";

function withLengths(model: Model, ...lengths: readonly number[]): Model {
  const images = model.images.map((image, index) => {
    return { ...image, length: lengths[index] ?? image.length };
  });
  return { ...model, images };
}

describe("a rehearsal", () => {
  test("knows how long dumps will be", () => {
    expect(rehearse(fleecing)).toEqual(new Map());
    expect(rehearse(imageFleecing)).toEqual(new Map([["view.raw", 67108864]]));
    const longer = withLengths(imageFleecing, 70_000_001, 70_000_001);
    expect(rehearse(longer)).toEqual(new Map([["view.raw", 70_000_001]]));
  });

  test("finds requests beyond the end", () => {
    const shorter = withLengths(imageFleecing, 67108863, 67108863);
    expect(refusal("request-invalid", () => rehearse(shorter))).toMatch(
      /through 'reader' ends beyond the node, which has 67108863 bytes; use larger images/,
    );
  });

  test("finds a cache that is shorter than the disk", () => {
    const shorter = withLengths(fleecing, 229376, 229375);
    expect(refusal("graph-refused", () => rehearse(shorter))).toMatch(
      /^blockdev-add was refused: Source and target image have different sizes/,
    );
  });

  test("finds actors whose device is not there yet", () => {
    const early: Phase = {
      kind: "concurrent",
      actors: [{ name: "eager", through: "guest", requests: [] }],
    };
    const model = { ...fleecing, phases: [early, ...fleecing.phases] };
    expect(refusal("request-invalid", () => rehearse(model))).toMatch(
      /actor 'eager' uses 'guest', but there is no such device or export then; add it/,
    );
  });
});
