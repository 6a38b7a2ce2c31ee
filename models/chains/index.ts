/**
 * The models of jobs that make chains shorter.
 */
import type { Model } from "../../src/system/model.ts";
import { activeCommit } from "./active-commit.ts";
import { blockCommit } from "./block-commit.ts";
import { blockStream } from "./block-stream.ts";

export const CHAIN_MODELS: readonly Model[] = [blockStream, blockCommit, activeCommit];
