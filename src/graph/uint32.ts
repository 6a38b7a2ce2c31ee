/**
 * Numbers of 32 bits, and how QEMU refuses what is none: first what is no number of 64 bits, by
 * whatever type it is, then what is too large (qapi/qapi-visit-core.c, `visit_type_uintN`).
 */
import { z } from "zod";

export const uint32 = z.int("uint64").min(0, "uint32_t").max(0xffff_ffff, "uint32_t");
