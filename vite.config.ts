/**
 * How the browser side of the site is built: src/page becomes one classic script and one style
 * sheet in dist/page.
 *
 * A page must open from a disk, where browsers load no modules. So everything is one script that
 * runs by itself, and nothing is split off to be fetched later. Vitest has a file of its own.
 */
import { defineConfig } from "vite";

/** The first that have `light-dark()` and container queries, which the style sheet is made of. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

export default defineConfig({
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: BROWSERS,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: "src/page/main.tsx",
      output: { format: "iife", entryFileNames: "app.js", assetFileNames: "app[extname]" },
    },
  },
});
