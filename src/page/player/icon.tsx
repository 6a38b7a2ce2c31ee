/**
 * The signs on a player's buttons.
 */

const PATHS = {
  first: "M4 3h2v10H4zM13 3v10L7 8z",
  back: "M5 8l7-5v10z",
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M11 8L4 3v10z",
  last: "M10 3h2v10h-2zM3 3v10l6-5z",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
