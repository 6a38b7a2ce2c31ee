/**
 * Parameters of a sketch in words: `4 clusters, 1 guest`. They are named in the plural.
 */
export function boundsText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${value} ${value === 1 ? name.replace(/s$/, "") : name}`)
    .join(", ");
}
