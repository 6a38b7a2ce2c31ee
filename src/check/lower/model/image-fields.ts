/**
 * Names of the fields that say what is on an image, a value for each of its cells.
 */

/** What it holds. */
export const imageOf = (image: string) => `image ${image}`;
/** The values, a bit each, that a guest's read beginning now may return. */
export const possibleOf = (image: string) => `${image} may hold`;
/** What a power failure would leave of it. */
export const stableOf = (image: string) => `${image} stable`;
/** What a power failure would leave of it as far as a hook writes there. */
export const keptOf = (image: string) => `${image} kept`;
