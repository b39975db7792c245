/**
 * What must survive a crash, as its users see it: a narrow, asynchronous face. An answer comes only after the change is
 * durable. The one implementation is src/store (embedded SQLite); nothing here says so, so that another database can
 * stand behind it.
 */
import type { EventLog, SignalEvent } from "../measures/event-log.ts";
import type { Schedule } from "../schedule/schedule.schema.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import type { CountColumns, DetectorNumber } from "./count-columns.ts";
import type { HotSpotNote } from "./hot-spot-note.schema.ts";
import type { LoopDecision, LoopSettings, LoopState, Override } from "./loop/loop.schema.ts";
import type {
  ApprovalRecord,
  AuditEntry,
  NetworkVersion,
  PlanEvent,
  PlanRecord,
  PlanState,
  PublishDecision,
  ScheduleRecord,
  TokenRecord,
} from "./records.schema.ts";

/** Who does what to what; stored in the same transaction as the change itself. */
export type AuditStamp = Omit<AuditEntry, "sequence">;

/** What became of each row, in order. */
export const COUNT_ACCEPTED = 0;
export const COUNT_DUPLICATE = 1;
export const COUNT_CONFLICT = 2;

export interface PlanMove {
  readonly networkId: string;
  readonly planId: string;
  /** The move happens only from one of these states; otherwise `conflict`. */
  readonly from: readonly PlanState[];
  readonly to: PlanState;
  readonly reason: string;
  /** What else changes with this step: the gate's judgement, or the plan as it was published. */
  readonly change?: Partial<Pick<PlanRecord, "plan" | "hash" | "verdict" | "findings" | "networkHash">>;
  readonly audit: AuditStamp;
}

/** The loop of a network: `undefined` settings were never set. */
export interface LoopRecord {
  readonly networkId: string;
  readonly settings: LoopSettings | undefined;
  readonly settingsSetAtMs: number;
  readonly state: LoopState | undefined;
}

/** Every method takes one record and answers when the change is durable; reads see all earlier writes. */
export interface Store {
  /** Keeps a new version of a network; the same content again is no new version. */
  putNetwork(input: {
    readonly networkId: string;
    readonly name: string;
    readonly hash: string;
    /** The document, JSON. */
    readonly document: string;
    readonly detectorIds: readonly string[];
    readonly audit: AuditStamp;
  }): Promise<NetworkVersion>;
  findNetwork(input: {
    readonly networkId: string;
  }): Promise<(NetworkVersion & { readonly document: string }) | undefined>;
  listNetworks(input: Record<string, never>): Promise<NetworkVersion[]>;
  listDetectors(input: { readonly networkId: string }): Promise<DetectorNumber[]>;

  /** One status of COUNT_… per row. The first content of a key stays. */
  insertCounts(input: CountColumns): Promise<Uint8Array>;
  /** Counts that start in [fromMs, toMs), by start; at most `limit`. */
  readCounts(input: {
    readonly networkId: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  }): Promise<CountColumns>;

  /** What each detector counted in [fromMs, toMs), as one count that starts at fromMs. */
  sumCounts(input: {
    readonly networkId: string;
    readonly fromMs: number;
    readonly toMs: number;
  }): Promise<CountColumns>;

  /** `conflict` when the identity is taken. */
  createPlan(input: { readonly record: PlanRecord; readonly audit: AuditStamp }): Promise<void>;
  findPlan(input: { readonly networkId: string; readonly planId: string }): Promise<PlanRecord | undefined>;
  /** Newest first; `before`: only what is older than that plan. */
  listPlans(input: {
    readonly networkId: string;
    readonly state?: PlanState;
    readonly before?: string;
    readonly limit: number;
  }): Promise<PlanRecord[]>;
  /** Forgets all but the newest plans of an author; what runs, is on its way or is named in `keptIds` stays. */
  forgetPlans(input: {
    readonly networkId: string;
    readonly createdBy: string;
    readonly newest: number;
    readonly keptIds: readonly string[];
  }): Promise<void>;
  movePlan(input: PlanMove): Promise<PlanRecord>;
  /** A number that no plan of the network has had. */
  nextRevision(input: { readonly networkId: string }): Promise<number>;
  /** The decision to publish and the steps of plans that go with it, all or nothing. */
  decidePublication(input: {
    readonly decision: PublishDecision;
    readonly moves: readonly PlanMove[];
  }): Promise<void>;
  /**
   * Every controller runs it: `published` → `active`. A plan that no intersection runs any more is superseded.
   * `undefined` when it is not `published` (any more).
   */
  settlePublication(input: {
    readonly txId: string;
    readonly actorId: string;
    readonly atMs: number;
  }): Promise<PlanRecord | undefined>;
  /** Of plans that are published or active, in the order of their decision. */
  listStandingDecisions(input: Record<string, never>): Promise<PublishDecision[]>;
  /** The timing plans that run now, merged; `undefined` before the first. */
  findRunningPlan(input: { readonly networkId: string }): Promise<CoordinationPlan | undefined>;
  listPlanEvents(input: { readonly networkId: string; readonly planId: string }): Promise<PlanEvent[]>;

  /** Instead of the network's schedule before it; the audit gets the hashes of both. */
  putSchedule(input: {
    readonly schedule: Schedule;
    readonly hash: string;
    readonly audit: AuditStamp;
  }): Promise<ScheduleRecord>;
  findSchedule(input: { readonly networkId: string }): Promise<ScheduleRecord | undefined>;

  createToken(input: { readonly token: TokenRecord; readonly audit: AuditStamp }): Promise<void>;
  /** `notFound` when there is no such token. */
  revokeToken(input: { readonly tokenId: string; readonly audit: AuditStamp }): Promise<void>;
  listTokens(input: Record<string, never>): Promise<TokenRecord[]>;

  createApproval(input: { readonly record: ApprovalRecord; readonly audit: AuditStamp }): Promise<void>;
  revokeApproval(input: { readonly approvalId: string; readonly audit: AuditStamp }): Promise<void>;
  listApprovals(input: { readonly networkId: string }): Promise<ApprovalRecord[]>;

  putLoopSettings(input: {
    readonly networkId: string;
    readonly settings: LoopSettings;
    readonly audit: AuditStamp;
  }): Promise<void>;
  listLoops(input: Record<string, never>): Promise<LoopRecord[]>;
  /** A new decision and what the loop remembers from then on; answers its sequence. */
  addDecision(input: {
    readonly decision: Omit<LoopDecision, "sequence">;
    readonly state: LoopState;
  }): Promise<number>;
  /** What became of a decision. */
  settleDecision(input: { readonly decision: LoopDecision; readonly state: LoopState }): Promise<void>;
  /** Newest first. */
  listDecisions(input: {
    readonly networkId: string;
    readonly outcome?: LoopDecision["outcome"];
    readonly limit: number;
  }): Promise<LoopDecision[]>;
  /** `conflict` when the identity is taken. */
  createOverride(input: { readonly override: Override; readonly audit: AuditStamp }): Promise<void>;
  /** Without a stamp: nobody acted, it only went on. */
  saveOverride(input: { readonly override: Override; readonly audit?: AuditStamp }): Promise<void>;
  /** Newest first. */
  listOverrides(input: { readonly networkId: string; readonly limit: number }): Promise<Override[]>;

  /** The same events again are no new ones. Those of the intersection before keptFromMs are dropped. */
  insertSignalEvents(input: {
    readonly networkId: string;
    readonly intersectionId: string;
    readonly events: readonly SignalEvent[];
    readonly keptFromMs: number;
  }): Promise<void>;
  /** Events in [fromMs, toMs); of more than `limit` the first, a few more at most. */
  readSignalEvents(input: {
    readonly networkId: string;
    readonly intersectionId: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  }): Promise<EventLog>;
  putHotSpotNote(input: {
    readonly networkId: string;
    readonly note: HotSpotNote;
    readonly audit: AuditStamp;
  }): Promise<void>;
  listHotSpotNotes(input: { readonly networkId: string }): Promise<HotSpotNote[]>;

  /** Newest first. */
  listAudit(input: { readonly beforeSequence?: number; readonly limit: number }): Promise<AuditEntry[]>;

  /** The last state that a controller reported, as JSON. */
  saveControllerState(input: {
    readonly controllerId: string;
    readonly atMs: number;
    readonly state: string;
  }): Promise<void>;
  listControllerStates(
    input: Record<string, never>,
  ): Promise<{ readonly controllerId: string; readonly atMs: number; readonly state: string }[]>;

  /** Calls that are still under way. */
  waiting(): number;
  /** Commits what is under way and closes. */
  close(): Promise<void>;
}
