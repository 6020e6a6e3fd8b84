// The datastore: opens a data folder, recovers what a crash left, and offers snapshots, commits and the change feed.

import { availableParallelism } from 'node:os';
import { EdgeconfError } from '../errors.ts';
import { datastoreLog } from '../log.ts';
import type { Model } from '../schema/model.ts';
import { withMetadataModule } from '../schema/root-metadata.ts';
import type { SchemaDump } from '../schema/schema-node.ts';
import { type Alarm, AppendQueue } from './append-queue.ts';
import { checkChain, checkRecent } from './chain-check.ts';
import { commit } from './commit.ts';
import { ConfirmedCommits, type SetTimer, systemTimer } from './confirmed-commits.ts';
import { openDataFolder } from './data-folder.ts';
import { Feed, type FeedListener } from './feed.ts';
import { HeadAnchor } from './head-anchor.ts';
import { History } from './history.ts';
import { Idempotency } from './idempotency.ts';
import type { Journal } from './journal.ts';
import type { JournalHead } from './journal-entry.ts';
import { LevelJournal } from './level-journal.ts';
import type { LevelStore } from './level-store.ts';
import type { ModelSource } from './model-folder.ts';
import { type Standing, standingAfter } from './notes.ts';
import { replay } from './recovery.ts';
import { RowStore } from './row-store.ts';
import { Running } from './running.ts';
import type { Snapshot } from './snapshot.ts';
import { Stacks } from './stacks.ts';
import type { StateReport } from './state-rows.ts';
import { loadSnapshots } from './stored-snapshots.ts';
import { TargetLocks } from './target-locks.ts';
import type { TargetInfo } from './targets.ts';
import type { Candidate, CommitRequest, CommitResult, Plan } from './transaction.ts';
import { Validator } from './validator.ts';

export type { Alarm } from './append-queue.ts';
export type { TargetInfo } from './targets.ts';

/** How a datastore is opened. */
export interface DatastoreOptions {
  /** The data folder; made when it is missing or empty. */
  readonly folder: string;
  /** Only open the folder, never make it. */
  readonly mustExist?: boolean;
  /** All models; one must be named `edgeconf-platform`. */
  readonly models: readonly ModelSource[];
  /** Renders what a transaction touches and refuses what cannot be; called after authorization, before the append. */
  readonly plan: Plan;
  /** Told of a transaction that may have been planned and of which nothing was kept: refused, failed, only tried. */
  readonly released?: (request: CommitRequest) => void;
  /** Validator threads; default: all cores but one, at least one. */
  readonly workers?: number;
  /** Limit for each of validation, authorization and plan; a commit waits its turn for at most twice as long. Default 30 s. */
  readonly deadlineMs?: number;
  /** Wall clock, ns since the epoch. */
  readonly now?: () => bigint;
  readonly onAlarm?: (alarm: Alarm) => void;
  /** The audit log's durable head as `<sequence>:<hash>`; the next transaction records it when it has moved. */
  readonly auditMark?: () => string | undefined;
  /** What wakes the datastore when a confirmed commit is to be undone; default: the system's timers. */
  readonly timer?: SetTimer;
  /** The journal to use on the opened store; default: the embedded one. */
  readonly journal?: (store: LevelStore) => Promise<Journal>;
}

/** What the rest of the service sees. */
export interface Datastore {
  /** The last durable and applied transaction. */
  readonly head: JournalHead;
  readonly history: History;
  readonly confirmedCommits: ConfirmedCommits;
  /** What the notes of all transactions amount to: pending commits and elections. */
  readonly standing: Standing;
  /** Validator threads that were lost and replaced since the start. */
  readonly lostValidators: number;
  /** Every model by id. */
  models(): ReadonlyMap<string, Model>;
  /** A model's schema as libyang dumped it, for other threads; undefined when there is no such model. */
  schema(modelId: string): SchemaDump | undefined;
  /** The declared targets, `platform` first, then by name. */
  targets(): readonly TargetInfo[];
  /** The configuration of a target at the head; immutable. undefined when there is no such target. */
  snapshot(target: string): Snapshot | undefined;
  /**
   * Validates, authorizes, plans, and makes durable, in this order. The answer comes when all of that is done; an error
   * means that nothing was kept, except UNAVAILABLE that says it is not known.
   * @throws EdgeconfError INVALID_ARGUMENT with all violations; NOT_FOUND for an unknown target; whatever `authorize` and
   *   `plan` throw; FAILED_PRECONDITION for targets that cannot be made or removed; ABORTED, UNAVAILABLE to try again;
   *   DEADLINE_EXCEEDED when a phase takes too long; INTERNAL when the validator did not survive the input.
   */
  commit(request: CommitRequest): Promise<CommitResult>;
  /**
   * Takes in what is now known of state (config false) rows, at once and without a transaction: they are in the next
   * snapshot and in the change feed, and are not kept over a restart. Reports about what is not configured are ignored.
   */
  report(target: string, reports: readonly StateReport[]): void;
  /** Resolves when the trees of all targets that were there at the start are loaded, or cannot be. Nobody has to wait for it. */
  readonly treesLoaded: Promise<void>;
  /** Calls back synchronously when a commit is applied, before its answer. @returns ends the listening. */
  listen(listener: FeedListener): () => void;
  /** Waits for commits under way, then frees the folder. */
  close(): Promise<void>;
}

/**
 * Opens a data folder.
 * @throws EdgeconfError FAILED_PRECONDITION when the folder is foreign, corrupt, newer or in use, or a model is missing or
 *   wrong; DATA_LOSS when the journal is not whole. Nothing was changed then.
 */
export async function openDatastore(options: DatastoreOptions): Promise<Datastore> {
  const now = options.now ?? wallClock;
  const deadlineMs = options.deadlineMs ?? 30_000;
  const workers = options.workers ?? Math.max(1, availableParallelism() - 1);
  // Models are compiled in a thread of their own while rows are read.
  const compiling = Validator.start({ models: options.models.map(withMetadataModule), workers, deadlineMs });
  compiling.catch(() => {});
  let store: LevelStore | undefined;
  try {
    store = await openDataFolder(options.folder, options.mustExist === true ? undefined : now());
    const journal = await (options.journal ?? LevelJournal.open)(store);
    const rows = new RowStore(store);
    // A store that lost a part of its log says nothing of it by itself.
    await checkRecent(journal);
    const anchor = new HeadAnchor(options.folder);
    await anchor.check(journal.head);
    if (await rows.repair())
      datastoreLog.warn({ folder: options.folder }, 'rows were half written: they are made again');
    await replay(journal, rows);
    for (const target of await rows.targets()) await rows.load(target);
    const validator = await compiling;
    const snapshots = await loadSnapshots(rows, validator.models);
    const standing = await rows.standing();
    return assemble({ store, journal, anchor, rows, validator, snapshots, standing, options, now, deadlineMs });
  } catch (error) {
    await compiling.then(
      (validator) => validator.close(),
      () => {},
    );
    await store?.close();
    throw error instanceof EdgeconfError ? error : unreadable(options.folder, error);
  }
}

interface Opened {
  readonly anchor: HeadAnchor;
  readonly store: LevelStore;
  readonly journal: Journal;
  readonly rows: RowStore;
  readonly validator: Validator;
  readonly snapshots: Map<string, Snapshot>;
  readonly standing: Standing;
  readonly options: DatastoreOptions;
  readonly now: () => bigint;
  readonly deadlineMs: number;
}

function assemble({
  store,
  journal,
  anchor,
  rows,
  validator,
  snapshots,
  options,
  now,
  deadlineMs,
  ...opened
}: Opened): Datastore {
  const { models } = validator;
  const feed = new Feed();
  let { standing } = opened;
  const running = new Running(models, snapshots, (target) => validator.drop(target));
  const queue = new AppendQueue({
    journal,
    rows,
    now,
    apply: (entry, staged) => {
      const commits = running.apply(entry, staged);
      // What is found in the journal was never staged in the trees.
      if (staged === undefined) for (const { target } of commits) validator.drop(target);
      standing = standingAfter(standing, entry);
      confirmedCommits.look();
      const { revision, timeNs, author, labels } = entry;
      anchor.note(entry);
      feed.tell({ revision, timeNs, author, labels, commits });
      tellState(running.dropOrphans(commits), entry.timeNs);
      return commits;
    },
    onAlarm: (alarm) => {
      datastoreLog.error({ alarm: alarm.kind }, alarm.message);
      options.onAlarm?.(alarm);
    },
    auditMark: options.auditMark ?? (() => undefined),
  });
  const tellState = (commits: readonly Candidate[], timeNs: bigint): void => {
    if (commits.length > 0) feed.tell({ state: true, revision: queue.head.revision, timeNs, author: '', commits });
  };
  const locks = new TargetLocks();
  const stacks = new Stacks(running);
  const parts = {
    running,
    models,
    validator,
    locks,
    stacks,
    queue,
    plan: options.plan,
    released: options.released ?? (() => {}),
    deadlineMs,
    standing: () => standing,
  };
  const idempotency = new Idempotency(rows, async () => {
    await queue.ready();
    await queue.stored();
  });
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  function start(request: CommitRequest): Promise<CommitResult> {
    const id = request.dryRun === true ? undefined : request.idempotencyId;
    return id === undefined ? commit(parts, request) : idempotency.once(request, id, () => commit(parts, request));
  }

  async function run(request: CommitRequest): Promise<CommitResult> {
    if (closed !== undefined) throw new EdgeconfError('UNAVAILABLE', 'the datastore is closed');
    const work = start(request);
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  const history = new History(journal, rows, () => queue.stored());
  const confirmedCommits = new ConfirmedCommits({
    pending: () => standing.pending,
    snapshot: (target) => running.snapshot(target),
    entry: (revision) => history.entry(revision),
    commit: run,
    now,
    timer: options.timer ?? systemTimer,
  });
  confirmedCommits.look();
  const closing = new AbortController();
  const checking = checkChain(journal, closing.signal).catch((error: unknown) => {
    const fault = EdgeconfError.from(error);
    if (fault.code === 'DATA_LOSS') queue.condemn(fault);
    // The store may have been opened anew meanwhile, or be about to close.
    else if (!closing.signal.aborted)
      datastoreLog.warn({ err: error }, 'the check of the journal did not come to its end');
  });

  async function loadTrees(): Promise<void> {
    for (const { name } of running.targets) {
      const snapshot = running.snapshot(name);
      if (closing.signal.aborted || snapshot === undefined) continue;
      await validator.warm(snapshot).catch((err: unknown) => {
        // Who commits to it is told as well.
        if (!closing.signal.aborted)
          datastoreLog.warn({ err, target: name }, 'the tree of a target could not be loaded yet');
      });
    }
  }

  return {
    treesLoaded: loadTrees(),
    get head() {
      return queue.head;
    },
    history,
    confirmedCommits,
    get standing() {
      return standing;
    },
    get lostValidators() {
      return validator.replaced;
    },
    models: () => models,
    schema: (modelId) => validator.schema(modelId),
    targets: () => running.targets,
    snapshot: (target) => running.snapshot(target),
    commit: run,
    report(target, reports) {
      const changed = running.report(target, reports);
      if (changed !== undefined) tellState([changed], now());
    },
    listen: (listener) => feed.listen(listener),
    close() {
      confirmedCommits.close();
      closed ??= (async () => {
        closing.abort();
        await checking;
        await Promise.allSettled(underWay);
        await queue.close();
        await validator.close();
        await journal.close();
        await anchor.close();
        await store.close();
      })();
      return closed;
    },
  };
}

function unreadable(folder: string, error: unknown): EdgeconfError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EdgeconfError(
    'FAILED_PRECONDITION',
    `data folder ${folder} cannot be read: ${reason}; nothing was changed, restore it from a backup`,
    { cause: error },
  );
}

function wallClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
