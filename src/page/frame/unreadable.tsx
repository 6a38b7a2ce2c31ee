/**
 * What stands where a page cannot be shown: why, and what helps. Never an empty page.
 */

export function Unreadable({ error }: { error: unknown }) {
  const reason = error instanceof Error ? error.message : String(error);
  return (
    <main class="unreadable">
      <h1>This page cannot be shown</h1>
      <p>{reason}</p>
      <p>{"Its file is damaged or of another version: make the site again, blockgraph report."}</p>
    </main>
  );
}
