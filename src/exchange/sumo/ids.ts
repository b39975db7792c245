/** Identities of a network file from those of a net: SUMO allows any character and any length. */

const LENGTH_MAX = 48;

export interface IdMaker {
  /** The same key always gets the same identity, another key another one; `stem` is what it should look like. */
  readonly idOf: (key: string, stem?: string) => string;
}

/** Characters that a network file does not allow become `_`; a long name keeps its beginning; repeats get a number. */
export function createIdMaker(): IdMaker {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  return {
    idOf: (key, stem = key) => {
      const known = ids.get(key);
      if (known !== undefined) return known;
      const plain = stem.replace(/[^A-Za-z0-9._:-]/g, "_").slice(0, LENGTH_MAX);
      const first = /^[A-Za-z0-9]/.test(plain) ? plain : `x${plain}`;
      let id = first;
      for (let number = 2; taken.has(id); number += 1) id = `${first}:${number}`;
      taken.add(id);
      ids.set(key, id);
      return id;
    },
  };
}
