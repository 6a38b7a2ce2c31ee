/**
 * JavaScript that sorts a fixed number of records, each of some variables that hold less than 31
 * bits, by a network of comparisons that does not depend on the data.
 */

/** Pairs of positions to be compared in turn: Batcher's odd-even merging, for any number. */
function sortingNetwork(length: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (let run = 1; run < length; run *= 2) {
    for (let step = run; step >= 1; step = Math.floor(step / 2)) {
      for (let start = step % run; start + step < length; start += 2 * step) {
        for (let index = 0; index < step && start + index + step < length; index++) {
          const [left, right] = [start + index, start + index + step];
          if (Math.floor(left / (2 * run)) === Math.floor(right / (2 * run))) {
            pairs.push([left, right]);
          }
        }
      }
    }
  }
  return pairs;
}

/**
 * @param records variables of each record, the most significant first
 * @param spare names a variable that may be overwritten
 */
export function sortText(records: readonly (readonly string[])[], spare: string): string[] {
  return sortingNetwork(records.length).map(([low, high]) =>
    exchange(records[low] ?? [], records[high] ?? [], spare),
  );
}

/** One comparison: a record of one variable without a branch, longer ones by swapping. */
function exchange(low: readonly string[], high: readonly string[], spare: string): string {
  const [left, right] = [low[0], high[0]];
  if (left === undefined || right === undefined) return "";
  if (low.length === 1) {
    const sign = `${spare} = ${left} - ${right} | 0; ${spare} &= ~(${spare} >> 31);`;
    return `${sign} ${left} = ${left} - ${spare} | 0; ${right} = ${right} + ${spare} | 0;`;
  }
  const swaps = low.map((name, index) => {
    const other = high[index] ?? "";
    return `${spare} = ${name}; ${name} = ${other}; ${other} = ${spare};`;
  });
  return `if (${exceeds(low, high)}) { ${swaps.join(" ")} }`;
}

function exceeds([left, ...low]: readonly string[], [right, ...high]: readonly string[]): string {
  if (low.length === 0) return `${left} > ${right}`;
  return `${left} > ${right} || ${left} === ${right} && (${exceeds(low, high)})`;
}
