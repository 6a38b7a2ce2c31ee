/**
 * The block graph before and after a step, and what was said of the step: what the player shows of
 * a trace that rewires a graph.
 */
import type { Picture } from "../../report/site/picture.ts";
import type { GraphView as View } from "../../report/site/player-trace.ts";
import { PictureDrawing } from "../picture/picture-drawing.tsx";

export function GraphView({ view }: { view: View }) {
  const { before, after, caption } = view;
  return (
    <div class="graphs">
      <div class={before === null ? "graph-pair one" : "graph-pair"}>
        {before !== null && <Graph picture={before} caption="before" />}
        <Graph picture={after} caption={caption} />
      </div>
      <dl class="told">
        {view.told.map(({ title, tone, lines }, place) => (
          <div key={place} class={`tone-${tone}`}>
            <dt>{title}</dt>
            {lines.map((line) => (
              <dd key={line}>{line}</dd>
            ))}
          </div>
        ))}
      </dl>
    </div>
  );
}

function Graph({ picture, caption }: { picture: Picture; caption: string }) {
  return (
    <figure class="graph">
      <figcaption>{caption}</figcaption>
      <PictureDrawing picture={picture} zoom={null} marked={NONE} />
    </figure>
  );
}

const NONE: readonly string[] = [];
