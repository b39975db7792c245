/** What the project answers to cases, expectation by expectation. */
import { messageOf } from "../../src/errors.ts";
import { answerBandwidth } from "./answer-bandwidth.ts";
import { answerHcm } from "./answer-hcm.ts";
import { answerIpf } from "./answer-ipf.ts";
import { answerMaxband } from "./answer-maxband.ts";
import { answerQueue } from "./answer-queue.ts";
import { answerWebster } from "./answer-webster.ts";
import { type Answer, type Case, findNumber } from "./case.ts";

const ADAPTERS = new Map<string, (input: unknown) => Answer | Promise<Answer>>([
  ["bandwidth", answerBandwidth],
  ["maxband", answerMaxband],
  ["hcm", answerHcm],
  ["webster", answerWebster],
  ["queue", answerQueue],
  ["ipf", answerIpf],
]);

/** Part of the expected value that counts as rounding, on top of the tolerance. */
const ROUNDING = 1e-12;

export interface CheckedExpectation {
  readonly id: string;
  readonly oracle: string;
  readonly source: string;
  /** `published` or `computed`. */
  readonly kind: string;
  readonly path: string;
  readonly expected: number;
  readonly tolerance: number;
  readonly obtained:
    | { readonly kind: "value"; readonly value: number; readonly difference: number }
    | NoValue;
  readonly holds: boolean;
}

/** Why there is no value to compare: an expectation without one does not hold. */
interface NoValue {
  readonly kind: "none";
  readonly reason: string;
}

export async function listAnswers(cases: readonly Case[]): Promise<CheckedExpectation[]> {
  const checked: CheckedExpectation[] = [];
  for (const it of cases) {
    const answer = await answerCase(it);
    checked.push(...it.expect.map((expectation) => check(it, expectation, answer)));
  }
  return checked;
}

type CaseAnswer = { readonly kind: "answer"; readonly answer: Answer } | NoValue;

/** Whatever goes wrong is told in the case's own rows, and the others are still answered. */
async function answerCase({ oracle, input }: Case): Promise<CaseAnswer> {
  const adapter = ADAPTERS.get(oracle);
  if (adapter === undefined)
    return { kind: "none", reason: `no adapter for ${oracle}; there are ${[...ADAPTERS.keys()].join(", ")}` };
  try {
    return { kind: "answer", answer: await adapter(input) };
  } catch (error) {
    return { kind: "none", reason: messageOf(error) };
  }
}

function check(
  { id, oracle, source }: Case,
  { kind, path, value: expected, tol: tolerance }: Case["expect"][number],
  answer: CaseAnswer,
): CheckedExpectation {
  const value = answer.kind === "answer" ? findNumber(answer.answer, path) : undefined;
  const shared = { id, oracle, source, kind, path, expected, tolerance };
  if (value === undefined) {
    const obtained = answer.kind === "answer" ? noValueAt(path, answer.answer) : answer;
    return { ...shared, obtained, holds: false };
  }
  const difference = value - expected;
  const holds = Math.abs(difference) <= tolerance + ROUNDING * Math.abs(expected);
  return { ...shared, obtained: { kind: "value", value, difference }, holds };
}

const noValueAt = (path: string, answer: Answer): NoValue => ({
  kind: "none",
  reason: `no number at ${path}; the answer has ${Object.keys(answer ?? {}).join(", ")}`,
});
