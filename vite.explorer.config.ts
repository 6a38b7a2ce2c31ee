/**
 * How the page of `blockgraph explore` is built: one script and one style sheet more in dist/page,
 * beside those of the site (vite.config.ts), which comes first and empties the folder.
 */
import { defineConfig, mergeConfig } from "vite";
import site from "./vite.config.ts";

export default mergeConfig(
  site,
  defineConfig({
    build: {
      emptyOutDir: false,
      rolldownOptions: {
        input: "src/page/explorer/main.tsx",
        output: { entryFileNames: "explorer.js", assetFileNames: "explorer[extname]" },
      },
    },
  }),
);
