/**
 * The permissions of a driver, as a table: what it requires of each child, and shares with others
 * who use that, for whoever is above the node; by each profile, or by all alike.
 *
 * Nobody wrote the table: the driver's own rule is asked.
 */
import type { Driver } from "../../../drivers/driver.ts";
import type { ChildSlot } from "../../../graph/catalogue.ts";
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  type Masks,
  NO_DEMANDS,
  permissionText,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "../../../graph/permission.ts";
import { type ProfileName, profile } from "../../../graph/profile.ts";
import { code } from "../blocks.ts";
import type { Block, Cell } from "../page-document.ts";
import { cell, leftColumn, paragraph } from "../writing.ts";
import { profilesWith } from "./command-pages.ts";

/** Who may be above a node. */
const USERS: readonly { readonly name: string; readonly used: boolean; readonly demands: Masks }[] =
  [
    { name: "nobody", used: false, demands: NO_DEMANDS },
    {
      name: "a reader (export)",
      used: true,
      demands: { perm: CONSISTENT_READ, shared: CONSISTENT_READ | WRITE | WRITE_UNCHANGED },
    },
    {
      name: "a guest that writes",
      used: true,
      demands: {
        perm: CONSISTENT_READ | WRITE,
        shared: CONSISTENT_READ | WRITE_UNCHANGED | RESIZE,
      },
    },
  ];

export function permissionBlocks(driver: Driver): Block[] {
  const { children } = driver;
  if (children.length === 0)
    return [paragraph("It has no children of whom it could ask anything.")];
  return [
    paragraph(
      "What it requires of each child, and what it shares with the child's other users, with its " +
        "options as they are by default.",
    ),
    {
      kind: "table",
      caption: `Permissions of ${driver.name}`,
      columns: ["child", "above it is", "requires", "shares", "profiles"].map(leftColumn),
      rows: children.flatMap((child) => rowsOf(driver, child)),
      sortable: false,
    },
  ];
}

function rowsOf(driver: Driver, child: ChildSlot): Cell[][] {
  const profiles = profilesWith(driver.name);
  return USERS.flatMap((user) => {
    const answers = new Map<string, { masks: Masks; names: string[] }>();
    for (const name of profiles) {
      const masks = driver.permissions(questionOf(driver, child, user, name));
      const key = `${masks.perm}/${masks.shared}`;
      const known = answers.get(key);
      if (known === undefined) answers.set(key, { masks, names: [name] });
      else known.names.push(name);
    }
    return [...answers.values()].map(({ masks, names }) => [
      cell([code(child.name)]),
      cell(user.name),
      cell(maskText(masks.perm)),
      cell(maskText(masks.shared)),
      cell(names.length === profiles.length ? "all" : names.join(", ")),
    ]);
  });
}

function questionOf(
  { name }: Driver,
  { name: edge, roles }: ChildSlot,
  { used, demands }: (typeof USERS)[number],
  rules: ProfileName,
): Parameters<Driver["permissions"]>[0] {
  return {
    ...{ node: name, edge, roles, demands, used, options: {}, found: {} },
    ...{ readOnly: false, inactive: false, opening: false, profile: profile(rules) },
  };
}

function maskText(mask: number): string {
  if (mask === ALL_PERMISSIONS) return "everything";
  return mask === 0 ? "nothing" : permissionText(mask);
}
