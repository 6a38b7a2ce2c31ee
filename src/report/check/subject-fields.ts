/**
 * The fields by which documents of a check say what they are of.
 */
import { z } from "zod";

export const subjectFields = {
  model: z.string().describe("name of the model"),
  mutant: z.string().nullable().describe("the mutant that was built in; null: none"),
  digest: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe("of the program that was checked, 16 hexadecimal digits"),
};
