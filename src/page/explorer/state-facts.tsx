/**
 * The state by names and values; what the last step changed comes first.
 */
import type { Fact } from "../../explorer/session/exploration.ts";

/** More are shown when somebody asks for them. */
const MOST_OPEN = 24;

export function StateFacts({ facts }: { facts: readonly Fact[] }) {
  const changed = facts.filter(({ before }) => before !== null);
  const same = facts.filter(({ before }) => before === null);
  return (
    <section class="panel explorer-panel" aria-label="State">
      <h2>State</h2>
      {changed.length > 0 && <FactTable caption="Changed by the last step" facts={changed} />}
      <details open={same.length <= MOST_OPEN}>
        <summary>As before: {same.length}</summary>
        <FactTable caption="" facts={same} />
      </details>
    </section>
  );
}

function FactTable({ caption, facts }: { caption: string; facts: readonly Fact[] }) {
  return (
    <table class="explorer-facts">
      {caption !== "" && <caption>{caption}</caption>}
      <tbody>
        {facts.map(({ what, value, before }, place) => (
          <tr key={`${what} ${place}`}>
            <th scope="row">{what}</th>
            <td>
              {before !== null && <s>{before}</s>} {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
