/**
 * How the program `blockgraph` is built: everything that it may load, in few files in dist/program.
 *
 * Compiled file by file it has some 500 modules, and Node takes longer to find and link them than
 * to check a small model. Commands are loaded when they are asked for, so each has files of its
 * own. What has binaries, or is larger than all the rest and rarely needed, stays a package.
 */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, external: ["koffi", "@viz-js/viz"] },
  build: {
    ssr: true,
    outDir: "dist/program",
    emptyOutDir: true,
    target: "node20",
    minify: false,
    rolldownOptions: {
      input: {
        main: "src/cli/main.ts",
        "check-worker": "src/check/search/worker.ts",
        "explorer-worker": "src/explorer/search/worker.ts",
        "blocking-worker": "src/nbd/blocking-worker.ts",
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
