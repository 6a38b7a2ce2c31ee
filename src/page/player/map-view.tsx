/**
 * A cluster map: a square for each cluster, its state told by a mark and by a colour. Squares that
 * the step changed are outlined, and those with wrong bytes crossed.
 */
import { useRef } from "preact/hooks";
import type { ClusterMap } from "../../report/site/player-trace.ts";
import { mapLabel } from "./map-label.ts";
import { rowLength } from "./map-rows.ts";
import { useRows, useSize } from "./use-rows.ts";

const SQUARE = 24;
/** width of the numbers before the rows */
const NUMBERS = 42;

interface MapViewProps {
  readonly map: ClusterMap;
  /** for every cluster the position of its state */
  readonly cells: readonly number[];
  readonly changed: readonly number[];
  readonly wrong: readonly number[];
}

export function MapView({ map, cells, changed, wrong }: MapViewProps) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const perRow = rowLength(cells.length, Math.floor((size.value.width - NUMBERS) / SQUARE));
  const rows = Math.ceil(cells.length / perRow);
  const focus = wrong[0] ?? changed[0];
  const row = focus === undefined ? null : Math.floor(focus / perRow);
  const current = row === null ? { first: 1, end: 0 } : { first: row, end: row + 1 };
  const { range, onScroll } = useRows(frame, size, {
    rowHeight: SQUARE,
    rows,
    covered: 0,
    current,
  });
  const { first, end } = range.value;
  return (
    <div class="map" role="group" aria-label={map.title}>
      <p class="map-title">{map.title}</p>
      <div
        class="map-frame"
        role="group"
        ref={frame}
        tabIndex={0}
        aria-label={`Clusters: ${map.title}`}
        onScroll={onScroll}
      >
        <div
          class="map-rows"
          role="img"
          aria-label={mapLabel(map, cells, changed, wrong)}
          style={{ height: `${rows * SQUARE}px`, minWidth: `${NUMBERS + perRow * SQUARE}px` }}
        >
          {Array.from({ length: Math.max(0, end - first) }, (_, place) => (
            <MapRow
              key={first + place}
              map={map}
              cells={cells}
              start={(first + place) * perRow}
              perRow={perRow}
              changed={changed}
              wrong={wrong}
            />
          ))}
        </div>
      </div>
      <Legend map={map} cells={cells} />
    </div>
  );
}

interface MapRowProps extends MapViewProps {
  /** the row's first cluster */
  readonly start: number;
  readonly perRow: number;
}

function MapRow({ map, cells, start, perRow, changed, wrong }: MapRowProps) {
  return (
    <div class="map-row" style={{ top: `${(start / perRow) * SQUARE}px` }}>
      <span class="map-row-number">{start}</span>
      {cells.slice(start, start + perRow).map((cell, place) => {
        const cluster = start + place;
        const state = map.states[cell];
        const marks = [
          changed.includes(cluster) ? " changed" : "",
          wrong.includes(cluster) ? " wrong" : "",
        ];
        return (
          <span
            key={cluster}
            class={`square tone-${state?.tone ?? "quiet"}${marks.join("")}`}
            title={`cluster ${cluster}: ${state?.name ?? `state ${cell}`}`}
          >
            {state?.mark ?? "?"}
          </span>
        );
      })}
    </div>
  );
}

function Legend({ map, cells }: { map: ClusterMap; cells: readonly number[] }) {
  const counts = new Map<number, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return (
    <ul class="map-legend">
      {map.states.map(({ name, mark, tone }, place) => (
        <li key={name} class={counts.has(place) ? undefined : "absent"}>
          <span class={`square tone-${tone}`} aria-hidden="true">
            {mark}
          </span>
          {name} <span class="count">{counts.get(place) ?? 0}</span>
        </li>
      ))}
    </ul>
  );
}
