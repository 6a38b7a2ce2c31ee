/**
 * The images that random commands open: what is to be made, and what is known of it.
 *
 * All but two have one length: QEMU aborts on some sizes that change under a user (defect M6), and
 * then nothing else is compared.
 */
import { type ImageFact, type ImageFacts, QCOW2_CLUSTER } from "../graph/image-facts.ts";

/** bytes of most images, and of what null-co shows */
export const IMAGE_LENGTH = 1 << 20;
/** Not a multiple of 4096, which some nodes want (rule P5). */
const ODD_LENGTH = IMAGE_LENGTH + 512;

/** An image to be made. */
export interface RandomImage {
  readonly filename: string;
  /** bytes that it shows */
  readonly size: number;
  readonly format: "raw" | "qcow2";
  /** file name of the raw image that its header names; null: none */
  readonly backing: string | null;
}

const raw = (filename: string, size = IMAGE_LENGTH): RandomImage => ({
  ...{ filename, size },
  ...{ format: "raw", backing: null },
});
const qcow2 = (filename: string, backing: string | null = null): RandomImage => ({
  ...{ filename, size: IMAGE_LENGTH },
  ...{ format: "qcow2", backing },
});

export const RANDOM_IMAGES: readonly RandomImage[] = [
  ...[raw("r0.raw"), raw("r1.raw"), raw("r2.raw"), raw("r3.raw")],
  ...[qcow2("q0.qcow2"), qcow2("q1.qcow2"), qcow2("q2.qcow2"), qcow2("q3.qcow2")],
  ...[qcow2("o0.qcow2", "r3.raw"), raw("odd.raw", ODD_LENGTH)],
];

/** bytes of an image's file: all that show one length have it as well, also those with metadata */
export const fileLengthOf = ({ size }: RandomImage): number => size;

/** What is known of them. */
export const RANDOM_IMAGE_FACTS: ImageFacts = new Map(
  RANDOM_IMAGES.map((image): [string, ImageFact] => {
    const { filename, size, format, backing } = image;
    const named = backing === null ? null : ({ filename: backing, driver: "raw" } as const);
    const header = format === "raw" ? null : { size, clusterSize: QCOW2_CLUSTER, backing: named };
    return [filename, { length: fileLengthOf(image), header }];
  }),
);
