/**
 * A page: what stands on all of them (title, navigation, the way here, contents), then its own
 * blocks.
 */
import type { Block, PageDocument, SiteFrame } from "../../report/site/page-document.ts";
import { Blocks } from "../block.tsx";
import { PagePath } from "./page-path.ts";
import { siteHref } from "./site-link.ts";
import { ThemeSwitch } from "./theme.tsx";

interface PageProps {
  readonly page: PageDocument;
  readonly site: SiteFrame;
}

export function Page({ page, site }: PageProps) {
  const headings = page.blocks.filter((block) => block.kind === "heading");
  return (
    <PagePath.Provider value={page.path}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Banner page={page} site={site} />
      <div class={headings.length > 2 ? "columns" : "columns alone"}>
        {headings.length > 2 && <Contents headings={headings} />}
        <main id="main" tabIndex={-1}>
          <Trail page={page} />
          <h1>{page.title}</h1>
          {page.summary !== "" && <p class="lead">{page.summary}</p>}
          <Blocks blocks={page.blocks} />
        </main>
      </div>
      <footer class="foot">
        <p>
          Made by <code>blockgraph report</code>. Nothing here is fetched from anywhere.
        </p>
      </footer>
    </PagePath.Provider>
  );
}

function Banner({ page, site }: PageProps) {
  const here = currentPath(page, site);
  return (
    <header class="banner">
      <a class="brand" href={siteHref(page.path, "index")}>
        <BrandMark />
        {site.title}
      </a>
      <nav aria-label="Site">
        <ul>
          {site.navigation.map(({ title, path }) => (
            <li key={path}>
              <a
                href={siteHref(page.path, path)}
                aria-current={path === page.path ? "page" : undefined}
                class={path === here ? "here" : undefined}
              >
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ThemeSwitch />
    </header>
  );
}

/** The page of the navigation that this one is, or else the nearest above it. */
function currentPath(page: PageDocument, site: SiteFrame): string | undefined {
  const above = [page.path, ...page.trail.map(({ path }) => path).reverse()];
  return above.find((path) => site.navigation.some((entry) => entry.path === path));
}

/** Three nodes of a graph, one of them copied. */
function BrandMark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d="M10 6v4M10 10H5v3M10 10h5v3" class="brand-line" />
      <rect x="7" y="1" width="6" height="6" rx="1.5" class="brand-box" />
      <rect x="2" y="13" width="6" height="6" rx="1.5" class="brand-box" />
      <rect x="12" y="13" width="6" height="6" rx="1.5" class="brand-copy" />
    </svg>
  );
}

function Trail({ page }: { page: PageDocument }) {
  if (page.trail.length === 0) return null;
  return (
    <nav class="trail" aria-label="The way here">
      <ol>
        {page.trail.map(({ title, path }) => (
          <li key={path}>
            <a href={siteHref(page.path, path)}>{title}</a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Contents({ headings }: { headings: readonly Extract<Block, { kind: "heading" }>[] }) {
  return (
    <nav class="contents" aria-labelledby="contents-title">
      <p id="contents-title">On this page</p>
      <ul>
        {headings.map(({ anchor, level, text }) => (
          <li key={anchor} class={`level-${level}`}>
            <a href={`#${encodeURIComponent(anchor)}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
