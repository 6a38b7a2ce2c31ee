/**
 * What can be checked, by the names that users type.
 *
 * Whatever its kind, it becomes a {@link Checked}: something with parameters and mutants that can
 * be lowered to a program. A new kind of model is one more function here.
 */

import { FORMATS } from "../../../models/formats.ts";
import { SURGERIES } from "../../../models/graph-surgery.ts";
import { MODELS, modelNamed } from "../../../models/index.ts";
import { SKETCHES } from "../../../models/sketches.ts";
import { BlockgraphError } from "../../error.ts";
import type { Checked } from "./checked.ts";
import { checkedFormat } from "./checked-format.ts";
import { checkedModel } from "./checked-model.ts";
import { checkedSketch } from "./checked-sketch.ts";
import { checkedSurgery } from "./checked-surgery.ts";
import { didYouMean } from "./did-you-mean.ts";

/** @throws BlockgraphError `model-unknown` listing what there is */
export function findChecked(name: string): Checked {
  const sketch = SKETCHES.get(name);
  if (sketch !== undefined) return checkedSketch(sketch);
  const model = modelNamed(name);
  if (model !== undefined) return checkedModel(model);
  const surgery = SURGERIES.get(name);
  if (surgery !== undefined) return checkedSurgery(surgery);
  const format = FORMATS.get(name);
  if (format !== undefined) return checkedFormat(format);
  const known = [SKETCHES, MODELS, SURGERIES, FORMATS].flatMap((kind) => [...kind.keys()]);
  throw new BlockgraphError(
    "model-unknown",
    `there is no model '${name}' to check; there is: ${known.join(", ")}${didYouMean(name, known)}`,
  );
}
