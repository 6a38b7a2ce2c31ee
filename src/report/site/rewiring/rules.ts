/**
 * The rules of permissions in a sentence each, as QEMU's block.c has them (P1 to P13 of the
 * reference).
 */
export const RULES: readonly string[] = [
  "What all parents of a node require is added up, and only what all of them share is shared (P1).",
  "A driver says what a node asks of each child, given what its own parents ask of it (P2). So " +
    "most permissions on an edge come from further up; some a driver adds by a rule of its own.",
  "Two parents of one node conflict if one requires what the other does not share. Of several " +
    "conflicts the one is named that the newest parent is in (P3).",
  "A node that is read-only, or handed over, has no parent that writes (P4); and who writes " +
    "without being allowed to resize needs a length that is a multiple of the alignment (P5).",
  "Parents are judged before their children, so that in a diamond old masks are never mixed with " +
    "new ones (P7).",
  "The graph is rewired first, and permissions are asked for once, at the end (P8). If somebody " +
    "refuses, everything is as it was (P9).",
  "To ask for less is never refused: if it cannot be granted, the old masks stay (P10).",
  "A hook that nobody uses asks nothing of its disk. So it can be opened above a disk that a " +
    "guest writes; what it minds begins with its first parent (P13). That instant is the point " +
    "in time.",
];
