/**
 * Where the files of this package are: sources, what was built of them, its description.
 *
 * The same code runs from its source, compiled by itself, and as a part of the bundled program, in
 * another folder each time. So nothing is sought beside the file that asks for it: everything is
 * named from the folder of package.json.
 */
import { existsSync } from "node:fs";

/** The nearest folder above this file that has a package.json. */
const PACKAGE = packageFolder();

function packageFolder(): URL {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder)) && folder.pathname !== "/") {
    folder = new URL("../", folder);
  }
  return folder;
}

/** @param path from the folder of package.json, as in `dist/page/` */
export function packageFile(path: string): URL {
  return new URL(path, PACKAGE);
}
