/**
 * A table. Where readers may, they sort it by a column's head and leave rows by words; all of that
 * works with the keyboard, and a table that is too wide scrolls in its own frame.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Cell, Column } from "../../report/site/page-document.ts";
import { RunningText } from "../text/running-text.tsx";
import { filteredRows, type Order, sortedRows } from "./order.ts";

interface TableProps {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly sortable: boolean;
}

/** Shorter tables are seen at a glance: nothing is gained by a search. */
const FILTERED_FROM_ROWS = 6;

export function Table({ caption, columns, rows, sortable }: TableProps) {
  const order = useSignal<Order | null>(null);
  const words = useSignal("");
  const shown = useComputed(() => sortedRows(filteredRows(rows, words.value), order.value));
  const id = useId();
  return (
    <div class="table">
      {sortable && rows.length >= FILTERED_FROM_ROWS && (
        <div class="filter">
          <label for={id}>Filter</label>
          <input
            id={id}
            type="search"
            value={words.value}
            placeholder="words in a row"
            onInput={(event) => {
              words.value = event.currentTarget.value;
            }}
          />
          <span role="status">{countText(shown.value.length, rows.length)}</span>
        </div>
      )}
      <div class="scroll" role="group" tabIndex={0} aria-label={`Table: ${caption}`}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, place) => (
                <Head
                  key={place}
                  column={column}
                  direction={order.value?.column === place ? order.value.direction : undefined}
                  sort={sortable ? () => turn(order, place) : undefined}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.value.map((row, place) => (
              <Row key={place} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function countText(shown: number, all: number): string {
  return shown === all ? `${all} rows` : `${shown} of ${all} rows`;
}

/** Ascending first, then descending, then as the table came. */
function turn(order: { value: Order | null }, column: number): void {
  const now = order.value?.column === column ? order.value.direction : null;
  if (now === "descending") order.value = null;
  else order.value = { column, direction: now === null ? "ascending" : "descending" };
}

interface HeadProps {
  readonly column: Column;
  readonly direction: Order["direction"] | undefined;
  /** undefined: the table cannot be sorted */
  readonly sort: (() => void) | undefined;
}

const ARROWS = { ascending: "↑", descending: "↓" };

function Head({ column, direction, sort }: HeadProps) {
  return (
    <th scope="col" class={column.align} aria-sort={sort && (direction ?? "none")}>
      {sort === undefined ? (
        column.title
      ) : (
        <button type="button" onClick={sort}>
          {column.title}
          <span class="arrow" aria-hidden="true">
            {direction === undefined ? "↕" : ARROWS[direction]}
          </span>
        </button>
      )}
    </th>
  );
}

function Row({ row, columns }: { row: readonly Cell[]; columns: readonly Column[] }) {
  return (
    <tr>
      {row.map((cell, place) => (
        <td key={place} class={columns[place]?.align ?? "start"}>
          <RunningText text={cell.text} />
        </td>
      ))}
    </tr>
  );
}
