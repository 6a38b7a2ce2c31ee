/**
 * Stands beside a session's monitor: keeps what was observed where a property broke, and what reads
 * returned, until somebody asks. A monitor says of a violation no more than a line.
 */
import type { Outcome } from "../../system/frame.ts";
import type { Observation, Property } from "../../system/property.ts";

/** What broke a property. */
export interface Broken {
  readonly property: string;
  readonly observation: Observation;
}

export class Witness {
  /** give these to the session instead of the properties themselves */
  readonly properties: readonly Property[];
  /** in the order of the monitor's violations */
  readonly broken: Broken[] = [];
  readonly #returned = new Map<number, Uint8Array>();

  constructor(properties: readonly Property[]) {
    this.properties = properties.map((property) => ({
      ...property,
      violated: (observation) => {
        const violated = property.violated(observation);
        if (violated) this.broken.push({ property: property.name, observation });
        return violated;
      },
    }));
  }

  /** To be called when a request ended, as the option `completed` of a simulation is. */
  readonly completed = (request: number, _outcome: Outcome, data: Uint8Array | null): void => {
    if (data !== null) this.#returned.set(request, data);
  };

  /** What a request returned or wrote, once; null: nothing. */
  takeReturned(request: number): Uint8Array | null {
    const data = this.#returned.get(request) ?? null;
    this.#returned.delete(request);
    return data;
  }
}
