/**
 * Whether the points in time of several disks are one.
 *
 * A guest that has seen one of its writes end, and then writes to another of its disks, relies on
 * the order: a database writes its log before its tables. Copies of both disks that have the second
 * write, and not the first one, are of no instant that there ever was. So of two points in time
 * nobody must have written, after the earlier one, to its disk, and after that had ended to the
 * other disk, before the later one.
 */
/** A point in time that was taken before others. */
export interface EarlierPoint {
  readonly filter: string;
  readonly image: string;
  /** whether a write to its disk has ended since */
  written: boolean;
  /** images to which somebody wrote who began after such a write had ended, and has ended */
  readonly followed: Set<string>;
}

export class PointsApart {
  readonly #points: EarlierPoint[] = [];

  /** Only the points of filters that are still there count. */
  rewired(nodes: { has(name: string): boolean }): void {
    const there = this.#points.filter(({ filter }) => nodes.has(filter));
    this.#points.splice(0, Infinity, ...there);
  }

  /**
   * A filter over an image has its point in time now.
   * @returns whether the earlier points of other images go together with it; null: there are none
   */
  taken(filter: string, image: string): boolean | null {
    const others = this.#points.filter((point) => point.image !== image);
    this.#points.push({ filter, image, written: false, followed: new Set() });
    if (others.length === 0) return null;
    return others.every(({ followed }) => !followed.has(image));
  }

  /** A guest begins to write to an image. @returns the points that others have written after */
  began(image: string): readonly EarlierPoint[] {
    return this.#points.filter((point) => point.image !== image && point.written);
  }

  /** A guest's write has succeeded. @param after what was said when it began */
  ended(image: string, after: readonly EarlierPoint[]): void {
    for (const point of this.#points) if (point.image === image) point.written = true;
    for (const { followed } of after) followed.add(image);
  }

  clear(): void {
    this.#points.length = 0;
  }
}
