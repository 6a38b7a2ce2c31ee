/**
 * Jobs in the graph: edges that keep the nodes that a job works on from being used for other
 * things, and users through which it does its I/O (QEMU blockjob.c, `block_job_create` and
 * `block_job_add_bdrv`).
 */

import { requireAvailable } from "./attachable.ts";
import { WELL_FORMED } from "./blockdev-add.ts";
import type { CommandContext } from "./command.ts";
import { attach } from "./edges.ts";
import { findNode } from "./find-node.ts";
import { type BlockJob, type Edge, type Graph, jobBackend, type Parent } from "./graph.ts";
import { requireSpeed } from "./job-options.ts";
import { type Masks, NO_DEMANDS } from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { refuse } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";
import { arriving } from "./suspended.ts";

/** @throws BlockgraphError `graph-refused` if no job can have that id */
export function requireJobId(id: string): void {
  if (!WELL_FORMED.test(id)) throw refuse(`Invalid job ID '${id}'`);
}

/** A job that is being put together; every step refreshes permissions, and may be refused. */
export class JobEdges {
  readonly #context: CommandContext;
  readonly #before: Graph;
  readonly #id: string;
  graph: Graph;

  /** @throws BlockgraphError `graph-refused` if there can be no job of that name */
  constructor(graph: Graph, job: BlockJob, before: Graph, context: CommandContext) {
    if (job.id === "" && job.type === "backup") {
      throw refuse("An explicit job ID is required for this node");
    }
    requireJobId(job.id);
    if (before.jobs.has(job.id)) throw refuse(`Job ID '${job.id}' already in use`);
    requireSpeed(job.speed);
    this.#context = context;
    this.#before = before;
    this.#id = job.id;
    this.graph = { ...graph, jobs: new Map(graph.jobs).set(job.id, job) };
  }

  /** Holds a node under a name. */
  hold(name: string, child: string, masks: Masks = NO_DEMANDS): void {
    const edge = { parent: { kind: "job", name: this.#id }, child, name, roles: [] } as const;
    requireAvailable(findNode(this.graph, child), masks.perm);
    this.graph = this.#refreshed(attach(this.graph, { ...edge, ...masks }), child);
  }

  /** Uses a node for I/O. @param what it is to the job */
  use(what: string, child: string, masks: Masks): void {
    const edge = { parent: jobBackend(this.#id, what), child, name: "root", roles: ROOT_ROLES };
    const user = arriving(this.graph, { ...edge, ...masks });
    this.graph = this.#refreshed(attach(this.graph, user), child);
  }

  #refreshed(graph: Graph, child: string): Graph {
    return refreshPermissions(graph, [child], { ...this.#context, before: this.#before });
  }
}

/** The nodes that a job does I/O on, by what they are to it. */
export function usesOfJob(graph: Graph, job: BlockJob): { name: string; child: string }[] {
  const { length } = prefixOf(job);
  return edgesOfBackends(graph, job).map(({ parent: { name }, child }) => ({
    ...{ name: name.slice(length), child },
  }));
}

/** The users through which a job does its I/O. */
export function backendsOfJob(graph: Graph, job: BlockJob): Parent[] {
  return edgesOfBackends(graph, job).map(({ parent }) => parent);
}

function edgesOfBackends({ edges }: Graph, job: BlockJob): Edge[] {
  const prefix = prefixOf(job);
  return edges.filter(
    ({ parent: { kind, name } }) => kind === "backend" && name.startsWith(prefix),
  );
}

/** Whether its charts remember that it stops on errors, or fails (src/system/life.ts). */
export function hasLife({ onError }: BlockJob): boolean {
  return onError !== null && onError.target !== "ignore";
}

/** Whether it ends when it is completed: a mirror, or a commit of the file that is written. */
export function mirrors({ nodes }: Graph, { filter }: BlockJob): boolean {
  return nodes.get(filter)?.driver === "mirror_top";
}

const prefixOf = ({ id }: BlockJob) => jobBackend(id, "").name;
