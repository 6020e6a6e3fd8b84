// What keeps a transaction from doing damage at a bad moment: freezes, and large deletions that nobody meant.

import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { segments } from '../schema/row-key.ts';
import { deletedEntries } from './deleted-entries.ts';
import { FREEZE_LIST, GUARD_RAILS, PLATFORM, TENANT_LIST } from './platform-target.ts';
import type { Freeze, TenantLimits } from './tenant-limits.ts';

/** The metadata of an RPC that says how many list entries may go. */
export const CONFIRM_DELETES = 'edgeconf-confirm-deletes';

/**
 * Part of authorizing a commit, behind the rights.
 * @param nowMs ms since the epoch.
 * @throws EdgeconfError FAILED_PRECONDITION naming the freeze and when it ends.
 */
export function checkFreezes(candidates: readonly Candidate[], limits: TenantLimits, nowMs: number): void {
  for (const candidate of candidates) {
    const { target, changes } = candidate;
    if (changes.length === 0) continue;
    if (target === PLATFORM && onlyFreezes(candidate)) continue;
    const owner = limits.ofTarget(target);
    const everywhere = inForce(limits.platform.freezes, nowMs);
    const own = inForce(owner?.guardRails.freezes ?? [], nowMs);
    if (everywhere !== undefined) throw frozen(target, everywhere, `/guard-rails/freeze[name=${everywhere.name}]`);
    if (own !== undefined) {
      throw frozen(target, own, `/tenant[name=${owner?.tenant}]/freeze[name=${own.name}]`);
    }
  }
}

/**
 * @param confirmed how many list entries the transaction says that it deletes.
 * @throws EdgeconfError FAILED_PRECONDITION telling how many there are.
 */
export function* checkDeletes(
  candidates: readonly Candidate[],
  limits: TenantLimits,
  confirmed: number | undefined,
): Generator<void, void> {
  const mosts = candidates.map(
    ({ target }) => limits.ofTarget(target)?.guardRails.mostDeletes ?? limits.platform.mostDeletes,
  );
  if (mosts.every((most) => most === undefined)) return;
  let all = 0;
  let beyond: { target: string; count: number; most: number } | undefined;
  for (const [i, candidate] of candidates.entries()) {
    const count = yield* deletedEntries(candidate);
    const most = mosts[i];
    all += count;
    if (most !== undefined && count > most) beyond ??= { target: candidate.target, count, most };
  }
  if (beyond === undefined || confirmed === all) return;
  const { target, count, most } = beyond;
  const where = count === all ? '' : `, ${count} of them`;
  const said = confirmed === undefined ? '' : `, not ${confirmed}`;
  const help = `repeat it with metadata ${CONFIRM_DELETES}: ${all} (edgeconf: --confirm-deletes ${all})`;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `this deletes ${all} list entries${said}${where} in target '${target}', where more than ${most} are not deleted unasked; to go on, ${help}`,
  );
}

function inForce(freezes: readonly Freeze[], nowMs: number): Freeze | undefined {
  return freezes.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
}

function frozen(target: string, { name, to, reason }: Freeze, where: string): EdgeconfError {
  const why = reason === undefined ? '' : ` (${reason})`;
  return new EdgeconfError(
    'FAILED_PRECONDITION',
    `target '${target}' is frozen until ${to} by freeze '${name}'${why}; try again then, or have ${where} of target '${PLATFORM}' changed`,
  );
}

/** Freezes can be written while they are in force, so that one can be lifted. */
function onlyFreezes({ changes }: Candidate): boolean {
  return changes.every(({ key }) => {
    // Behind the list of tenants comes the tenant's name, then what is said about it.
    const [top, first, second] = segments(key);
    return (top === GUARD_RAILS ? first : top === TENANT_LIST ? second : undefined) === FREEZE_LIST;
  });
}
