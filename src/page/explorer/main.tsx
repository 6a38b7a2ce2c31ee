/**
 * The script of the explorer's page, which `blockgraph explore` serves.
 */
import "../style/tokens.css";
import "../style/page.css";
import "../style/banner.css";
import "../style/blocks.css";
import "../style/figures.css";
import "../style/player.css";
import "../style/lanes.css";
import "../style/state.css";
import "../style/print.css";
import "./explorer.css";
import { render } from "preact";
import { applyTheme } from "../frame/theme.tsx";
import { Explorer } from "./explorer.tsx";
import { hearOfSearches } from "./searches.ts";
import { begin } from "./store.ts";

const root = document.getElementById("explorer");
if (root !== null) {
  applyTheme();
  root.textContent = "";
  render(<Explorer />, root);
  hearOfSearches();
  void begin();
}
