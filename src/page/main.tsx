/**
 * The script of every page of the site: reads what the page is from the page itself, and draws it.
 *
 *     <div id="page"></div>
 *     <script type="application/json" id="document">a PageDocument</script>
 *     <script type="application/json" id="site">a SiteFrame</script>
 *     <script src="app.js"></script>
 *
 * Nothing is fetched, and text stays text: nothing of a document ever becomes markup.
 */
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/page.css";
import "./style/banner.css";
import "./style/blocks.css";
import "./style/figures.css";
import "./style/player.css";
import "./style/lanes.css";
import "./style/state.css";
import "./style/graphs.css";
import "./style/print.css";
import { render } from "preact";
import type { PageDocument, SiteFrame } from "../report/site/page-document.ts";
import { Page } from "./frame/page.tsx";
import { applyTheme } from "./frame/theme.tsx";
import { Unreadable } from "./frame/unreadable.tsx";
import { showAnchor } from "./text/anchor.ts";

/** What stands as JSON in the element of that id. The site's builder wrote it, in this form. */
function embedded<Form>(id: string): Form {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element "${id}"`);
  return JSON.parse(element.textContent ?? "");
}

const root = document.getElementById("page");
if (root !== null) {
  applyTheme();
  try {
    const page = embedded<PageDocument>("document");
    const site = embedded<SiteFrame>("site");
    document.title = `${page.title} · ${site.title}`;
    render(<Page page={page} site={site} />, root);
    showAnchor();
  } catch (error) {
    render(<Unreadable error={error} />, root);
  }
}
