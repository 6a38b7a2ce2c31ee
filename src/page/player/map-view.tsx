/**
 * A cluster map: a square for each cluster, its state told by a mark and by a colour. Squares that
 * the step changed are outlined, and those with wrong bytes crossed.
 */
import { useRef } from "preact/hooks";
import type { ClusterMap } from "../../report/site/player-trace.ts";
import { mapLabel } from "./map-label.ts";
import { rowLength } from "./map-rows.ts";
import { useUnlessChanged } from "./unless-changed.ts";
import { useRows, useSize } from "./use-rows.ts";

/** Pixels from one square to the next; a long map has small ones. */
const SQUARE = 24;
const SMALL_SQUARE = 18;
const LONG = 128;

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
  const square = cells.length > LONG ? SMALL_SQUARE : SQUARE;
  const perRow = rowLength(cells.length, Math.floor((size.value.width - NUMBERS) / square));
  const rows = Math.ceil(cells.length / perRow);
  const focus = wrong[0] ?? changed[0];
  const row = focus === undefined ? null : Math.floor(focus / perRow);
  const current = row === null ? { first: 1, end: 0 } : { first: row, end: row + 1 };
  const { range, onScroll } = useRows(frame, size, {
    rowHeight: square,
    rows,
    covered: 0,
    current,
  });
  const { first, end } = range.value;
  return (
    <div class={square === SQUARE ? "map" : "map small"} role="group" aria-label={map.title}>
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
          style={{ height: `${rows * square}px`, minWidth: `${NUMBERS + perRow * square}px` }}
        >
          {Array.from({ length: Math.max(0, end - first) }, (_, place) => (
            <MapRow
              key={first + place}
              map={map}
              start={(first + place) * perRow}
              top={(first + place) * square}
              states={cells.slice((first + place) * perRow, (first + place + 1) * perRow).join()}
              changed={within(changed, (first + place) * perRow, perRow)}
              wrong={within(wrong, (first + place) * perRow, perRow)}
            />
          ))}
        </div>
      </div>
      <Legend map={map} cells={cells} />
    </div>
  );
}

/** Those of a row, as one text: so a row is known to be the same without looking at its squares. */
function within(clusters: readonly number[], start: number, perRow: number): string {
  return clusters.filter((cluster) => cluster >= start && cluster < start + perRow).join();
}

function numbersOf(text: string): number[] {
  return text === "" ? [] : text.split(",").map(Number);
}

interface MapRowProps {
  readonly map: ClusterMap;
  /** the row's first cluster */
  readonly start: number;
  /** its upper edge, in pixels */
  readonly top: number;
  /** the positions of its clusters' states, with commas between them */
  readonly states: string;
  /** clusters, in the same form */
  readonly changed: string;
  readonly wrong: string;
}

function MapRow(props: MapRowProps) {
  return useUnlessChanged(props, drawRow);
}

function drawRow({ map, start, top, states, ...special }: MapRowProps) {
  const [changed, wrong] = [numbersOf(special.changed), numbersOf(special.wrong)];
  return (
    <div class="map-row" style={{ top: `${top}px` }}>
      <span class="map-row-number">{start}</span>
      {numbersOf(states).map((cell, place) => {
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

/** What the marks mean that are on the map now, and how many clusters have them. */
function Legend({ map, cells }: { map: ClusterMap; cells: readonly number[] }) {
  const counts = new Map<number, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return (
    <ul class="map-legend">
      {map.states.map(({ name, mark, tone }, place) => {
        const count = counts.get(place);
        if (count === undefined) return null;
        return (
          <li key={name}>
            <span class={`square tone-${tone}`} aria-hidden="true">
              {mark}
            </span>
            {name} <span class="count">{count}</span>
          </li>
        );
      })}
    </ul>
  );
}
