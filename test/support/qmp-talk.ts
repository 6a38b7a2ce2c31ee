/**
 * A conversation over QMP with a storage daemon, ours or QEMU's, on its standard input and output.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PROGRAM } from "../cli/blockgraph.ts";

export interface QmpMessage {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: { readonly id?: string; readonly device?: string; readonly status?: string };
  readonly id?: unknown;
  readonly QMP?: unknown;
}

const MONITOR = ["--chardev", "stdio,id=m", "--monitor", "chardev=m"];

/** How to start each. @param profile of ours: the QEMU that it is compared with */
export const DAEMONS = {
  ours: (profile: string) => [process.execPath, PROGRAM, "daemon", "--profile", profile],
  qemu: () => ["qemu-storage-daemon"],
};

export class QmpTalk {
  /** all that was said, in order, without time stamps */
  readonly heard: QmpMessage[] = [];
  readonly #child: ChildProcess;
  #said = 0;
  #asked = 0;
  #waiting: { until(message: QmpMessage): boolean; found(message: QmpMessage): void }[] = [];
  readonly #ended: Promise<number | null>;

  private constructor(program: readonly string[], folder: string) {
    const [command = "", ...args] = program;
    this.#child = spawn(command, [...args, ...MONITOR], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("a pipe was asked for");
    createInterface({ input: stdout }).on("line", (line) => {
      // QEMU says there as well which images it makes.
      if (!line.startsWith("{")) return;
      const { timestamp: _, ...message }: QmpMessage & { timestamp?: unknown } = JSON.parse(line);
      this.heard.push(message);
      const done = this.#waiting.filter(({ until }) => until(message));
      this.#waiting = this.#waiting.filter((each) => !done.includes(each));
      for (const { found } of done) found(message);
    });
  }

  /** Starts a daemon in a folder, and ends it whatever becomes of `use`. */
  static async using<T>(
    program: readonly string[],
    folder: string,
    use: (talk: QmpTalk) => Promise<T>,
  ): Promise<T> {
    const talk = new QmpTalk(program, folder);
    try {
      await talk.hear((message) => message.QMP !== undefined);
      await talk.say("qmp_capabilities");
      return await use(talk);
    } finally {
      talk.#child.kill("SIGTERM");
      await talk.#ended;
    }
  }

  /** Says a command, and waits for its answer. */
  say(execute: string, args: object = {}): Promise<QmpMessage> {
    const id = ++this.#said;
    const answer = this.hear((message) => message.id === id);
    this.write(exactly({ execute, arguments: args, id }));
    return answer;
  }

  /** Asks again and again until the answer is as it should be; that is not part of the talk. */
  async until(execute: string, isIt: (answer: unknown) => boolean): Promise<void> {
    for (;;) {
      const id = `until ${++this.#asked}`;
      const answer = this.hear((message) => message.id === id);
      this.write(JSON.stringify({ execute, id }));
      const { return: said } = await answer;
      this.heard.splice(
        this.heard.findIndex((message) => message.id === id),
        1,
      );
      if (isIt(said)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Says anything. */
  write(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** Ends the daemon at once, as a crash does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Says that nothing more is to come. */
  end(): void {
    this.#child.stdin?.end();
  }

  /** Waits for a message that has not come yet. */
  hear(until: (message: QmpMessage) => boolean): Promise<QmpMessage> {
    return new Promise((found) => this.#waiting.push({ until, found }));
  }

  /** Waits until a job is in a state. */
  jobIs(id: string, status: string): Promise<QmpMessage> {
    const isIt = ({ event, data }: QmpMessage) =>
      event === "JOB_STATUS_CHANGE" && data?.id === id && data.status === status;
    return this.#heardOrHear(isIt);
  }

  /** Waits until a job is ready, and says so in both ways. */
  isReady(id: string): Promise<QmpMessage> {
    return this.#heardOrHear(
      ({ event, data }) => event === "BLOCK_JOB_READY" && data?.device === id,
    );
  }

  #heardOrHear(isIt: (message: QmpMessage) => boolean): Promise<QmpMessage> {
    const heard = this.heard.findLast(isIt);
    return heard === undefined ? this.hear(isIt) : Promise.resolve(heard);
  }

  /** Exit status, when it has ended of itself. */
  ended(): Promise<number | null> {
    return this.#ended;
  }
}

/** As JSON, with all digits of large numbers: JavaScript prints only as many as tell them apart. */
function exactly(document: object): string {
  return JSON.stringify(document).replace(
    /([:[,])(-?\d{17,})(?=[,\]}])/g,
    (_, before: string, digits: string) => `${before}${BigInt(Number(digits))}`,
  );
}
