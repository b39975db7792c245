/**
 * A client of SUMO's TraCI server: what a signal service needs of it, and nothing that would show it vehicles or routes.
 * One request is under way at a time; lamps and the step travel in one message, and what the detectors saw comes back
 * with the step (subscriptions), so a step costs one round trip.
 * Source: sumo.dlr.de/docs/TraCI (API 20, SUMO 1.15).
 */
import { connect, type Socket } from "node:net";
import { AppError, assert, known, messageOf } from "../../errors.ts";
import {
  encodeBytes,
  encodeCommand,
  encodeDouble,
  encodeMessage,
  encodeText,
  encodeTypedText,
  TraciFrames,
  TraciReader,
  type TraciValue,
} from "./traci-codec.ts";

const COMMAND = {
  version: 0x00,
  step: 0x02,
  setSignal: 0xc2,
  subscribeLoop: 0xd0,
  subscribeRun: 0xdb,
  close: 0x7f,
};
/** An answer's identity is that of its subscription and this. */
const ANSWER = 0x10;
const VARIABLE = { signalState: 0x20, loopVehicles: 0x17, timeS: 0x66, expectedVehicles: 0x7d };
/** Of each vehicle in `loopVehicles`: identity, length, entry, exit, type. */
const VEHICLE_FIELDS = 5;
const FOREVER = Buffer.concat([encodeDouble(-1_073_741_824), encodeDouble(1_073_741_824)]);

/** A vehicle over an induction loop; instants are seconds of the simulation, `leftAtS` is absent while it is on the loop. */
export interface LoopPassage {
  readonly enteredAtS: number;
  readonly leftAtS: number | undefined;
}

export interface StepResult {
  readonly timeS: number;
  /** Vehicles on the street and those still to come. */
  readonly expectedVehicles: number;
  /** Who was on each loop during the step; loops without vehicles are absent. */
  readonly passages: ReadonlyMap<string, readonly LoopPassage[]>;
}

interface Waiting {
  readonly resolve: (message: Buffer) => void;
  readonly reject: (error: AppError) => void;
}

export class TraciClient {
  readonly #socket: Socket;
  readonly #frames = new TraciFrames();
  #waiting: Waiting | undefined;
  #failure: AppError | undefined;

  private constructor(socket: Socket, whyGone: Promise<string | undefined>) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    // Node closes a socket after its error; the program's own words say more than either.
    socket.on("error", () => {});
    socket.on("close", () => void whyGone.then((why) => this.#fail(why ?? "SUMO closed the connection")));
  }

  /** `whyGone`: what the program says at its end. Rejects with `unavailable` when nobody listens. */
  static connect(port: number, whyGone: Promise<string | undefined>): Promise<TraciClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("error", (cause) =>
        reject(new AppError("unavailable", `no connection to SUMO: ${cause.message}`, { cause })),
      );
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new TraciClient(socket, whyGone));
      });
    });
  }

  /** For example `{ api: 20, software: "SUMO 1.15.0" }`. */
  async getVersion(): Promise<{ readonly api: number; readonly software: string }> {
    const reader = await this.#ask([encodeCommand(COMMAND.version)]);
    reader.readCommandId();
    return { api: reader.readInteger(), software: reader.readText() };
  }

  /** From now on every step tells the time, how many vehicles are left, and who passed these loops. */
  async subscribe(loopIds: readonly string[]): Promise<void> {
    const commands = [
      encodeSubscription(COMMAND.subscribeRun, "", [VARIABLE.timeS, VARIABLE.expectedVehicles]),
      ...loopIds.map((id) => encodeSubscription(COMMAND.subscribeLoop, id, [VARIABLE.loopVehicles])),
    ];
    for (const command of commands) await this.#ask([command]);
  }

  /** Sets the lamps of signals, by identity, and goes on by one step. */
  async step(states: ReadonlyMap<string, string>): Promise<StepResult> {
    const reader = await this.#ask([
      ...[...states].map(([id, state]) =>
        encodeCommand(
          COMMAND.setSignal,
          encodeBytes(VARIABLE.signalState),
          encodeText(id),
          encodeTypedText(state),
        ),
      ),
      encodeCommand(COMMAND.step, encodeDouble(0)),
    ]);
    return readStep(reader);
  }

  /** Ends the run; SUMO then writes its outputs. */
  async close(): Promise<void> {
    await this.#ask([encodeCommand(COMMAND.close)]);
    this.#failure = new AppError("unavailable", "the run is over");
    this.#socket.end();
  }

  /** The answer behind the status of each command; a status other than done stops with SUMO's own words. */
  async #ask(commands: readonly Buffer[]): Promise<TraciReader> {
    if (this.#failure !== undefined) throw this.#failure;
    assert(this.#waiting === undefined, "one request at a time");
    const message = await new Promise<Buffer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(encodeMessage(commands));
    });
    const reader = new TraciReader(message);
    for (const _ of commands) {
      const id = reader.readCommandId();
      const status = reader.readByte();
      const text = reader.readText();
      if (status !== 0) {
        throw new AppError("unavailable", `SUMO refused command 0x${id.toString(16)}: ${text}`);
      }
    }
    return reader;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#frames.add(chunk)) {
        const waiting = known(this.#waiting, "request that SUMO answers");
        this.#waiting = undefined;
        waiting.resolve(message);
      }
    } catch (error) {
      this.#fail(`SUMO's answer cannot be read: ${messageOf(error)}`);
    }
  }

  /** Whoever waits gets this reason, and so does everyone who asks later; the first reason stays. */
  #fail(reason: string): void {
    this.#failure ??= new AppError("unavailable", reason);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

const encodeSubscription = (command: number, id: string, variables: readonly number[]): Buffer =>
  encodeCommand(command, FOREVER, encodeText(id), encodeBytes(variables.length, ...variables));

function readStep(reader: TraciReader): StepResult {
  const passages = new Map<string, LoopPassage[]>();
  let timeS = 0;
  let expectedVehicles = 0;
  for (let left = reader.readInteger(); left > 0; left--) {
    const answer = reader.readCommandId();
    const id = reader.readText();
    const values = readVariables(reader);
    if (answer === COMMAND.subscribeRun + ANSWER) {
      timeS = Number(values.get(VARIABLE.timeS));
      expectedVehicles = Number(values.get(VARIABLE.expectedVehicles));
    } else if (answer === COMMAND.subscribeLoop + ANSWER) {
      const own = toPassages(values.get(VARIABLE.loopVehicles));
      if (own.length > 0) passages.set(id, own);
    }
  }
  return { timeS, expectedVehicles, passages };
}

function readVariables(reader: TraciReader): Map<number, TraciValue> {
  const values = new Map<number, TraciValue>();
  for (let left = reader.readByte(); left > 0; left--) {
    const variable = reader.readByte();
    const status = reader.readByte();
    const value = reader.readValue();
    if (status !== 0) throw new AppError("unavailable", `SUMO refused a subscription: ${value}`);
    values.set(variable, value);
  }
  return values;
}

/** A count and then the fields of each vehicle, flat. */
function toPassages(value: TraciValue | undefined): LoopPassage[] {
  if (!Array.isArray(value)) return [];
  const vehicles = Number(value[0]);
  return Array.from({ length: vehicles }, (_, at) => {
    const first = 1 + at * VEHICLE_FIELDS;
    const leftAtS = Number(value[first + 3]);
    return { enteredAtS: Number(value[first + 2]), leftAtS: leftAtS < 0 ? undefined : leftAtS };
  });
}
