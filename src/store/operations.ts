/** What crosses between the service's thread and the writer thread: the store's methods, called by name. */
import type { Store } from "../control/store.ts";
import type { ErrorCode } from "../errors.ts";

/** The store's methods as the writer thread runs them: the same records in and out, but at once. */
export type Operations = {
  readonly [K in Exclude<keyof Store, "waiting" | "close">]: (
    input: Parameters<Store[K]>[0],
  ) => Awaited<ReturnType<Store[K]>>;
};

export type StoreCall = {
  readonly [K in keyof Operations]: {
    readonly id: number;
    readonly name: K;
    readonly input: Parameters<Operations[K]>[0];
  };
}[keyof Operations];

export interface StoreFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Answer 0 says whether the database opened. */
export type StoreAnswer =
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly failure: StoreFailure };
