/**
 * The models of the thread of August 2018 and of what became of its ideas, in its order.
 */
import type { Model } from "../../src/system/model.ts";
import {
  backingConnectedFirst,
  backingConnectedLater,
  backingConnectedLaterRepaired,
} from "./backing-connected-later.ts";
import { insertByQomSet } from "./insert-by-qom-set.ts";
import { insertByReopen, removeByReopen } from "./insert-by-reopen.ts";
import { insertionKeepsLink, rfcInsertionDamagesLink } from "./insertion-damages-link.ts";
import {
  explicitInsertion,
  snapshotKeepsTheView,
  snapshotMovesTheView,
  twoBackupsKeepTheView,
  twoBackupsMoveTheView,
} from "./moved-views.ts";
import { oneBigJson } from "./one-big-json.ts";
import { firstPictureToday, rfcFirstPicture } from "./rfc-first-picture.ts";
import { rfcHookRace, rfcSecondPicture, rfcSecondPictureRace } from "./rfc-second-picture.ts";
import { unusedHookGuardsNothing } from "./unused-hook-guards-nothing.ts";

export const THREAD_MODELS: readonly Model[] = [
  rfcFirstPicture,
  firstPictureToday,
  rfcSecondPicture,
  rfcSecondPictureRace,
  rfcHookRace,
  rfcInsertionDamagesLink,
  insertionKeepsLink,
  oneBigJson,
  insertByReopen,
  removeByReopen,
  insertByQomSet,
  twoBackupsMoveTheView,
  twoBackupsKeepTheView,
  snapshotMovesTheView,
  snapshotKeepsTheView,
  explicitInsertion,
  backingConnectedLater,
  backingConnectedFirst,
  backingConnectedLaterRepaired,
  unusedHookGuardsNothing,
];
