/**
 * Whether the image of a point in time still stands: a part of node charts.
 *
 * Once something of it was lost it is broken, for good.
 */
const reply = <Type extends string>(type: Type) => ({ type: "reply", params: { type } }) as const;

export const STANDING = {
  intact: {
    on: {
      CHECK: { actions: reply("INTACT") },
      BREAK: { target: "broken", actions: reply("OK") },
    },
  },
  broken: {
    on: {
      CHECK: { actions: reply("BROKEN") },
      BREAK: { actions: reply("OK") },
    },
  },
} as const;
