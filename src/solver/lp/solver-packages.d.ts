/**
 * The parts of the solver packages that this folder uses. Their own types cannot be used as they are: under NodeNext they
 * resolve as CommonJS, where the default import is the module and not what it exports, and those of `highs` need the
 * browser's `WebAssembly` types.
 */
declare namespace WebAssembly {
  type Module = object;
}

declare module "highs" {
  interface HighsModelData {
    readonly numCols: number;
    readonly numRows: number;
    readonly sense: unknown;
    readonly colCost: Float64Array;
    readonly colLower: Float64Array;
    readonly colUpper: Float64Array;
    readonly rowLower: Float64Array;
    readonly rowUpper: Float64Array;
    readonly integrality: Int32Array;
    readonly matrix: {
      readonly format: "csr";
      readonly numRows: number;
      readonly numCols: number;
      readonly starts: Int32Array;
      readonly indices: Int32Array;
      readonly values: Float64Array;
    };
  }

  interface HighsModel {
    readonly info: { get(name: string): number | bigint };
    readonly options: { set(options: Readonly<Record<string, string | number | boolean>>): void };
    run(): unknown;
    getModelStatus(): number;
    getSolution(): { readonly colValue: Float64Array };
    dispose(): void;
  }

  export interface Highs {
    readonly constants: {
      readonly objectiveSense: { readonly minimize: unknown; readonly maximize: unknown };
      readonly modelStatus: Readonly<Record<string, number>>;
      readonly variableType: { readonly continuous: number; readonly integer: number };
    };
    createModel(data: HighsModelData): HighsModel;
  }

  export default function loadHighs(): Promise<Highs>;
}

declare module "javascript-lp-solver" {
  export interface PackageModel {
    readonly optimize: string;
    readonly opType: "max" | "min";
    readonly constraints: Readonly<Record<string, { readonly min?: number; readonly max?: number }>>;
    readonly variables: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly ints: Readonly<Record<string, 1>>;
    readonly unrestricted: Readonly<Record<string, 1>>;
    /** ms */
    readonly timeout?: number;
  }

  /** With the values of the variables that are not 0 beside, under their names. */
  export interface PackageResult {
    readonly feasible: boolean;
    readonly bounded: boolean;
    readonly [variable: string]: number | boolean | undefined;
  }

  const solver: { Solve(model: PackageModel, precision?: number): PackageResult };
  export default solver;
}
