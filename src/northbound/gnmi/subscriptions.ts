// A SubscriptionList as the service understands it: what is wanted from which target, in which mode and form. [gNMI 3.5.1.2]

import type { Grants } from '../../access/grants.ts';
import { EdgeconfError } from '../../errors.ts';
import { ListMode, type Subscription, type SubscriptionList, SubscriptionMode } from '../../proto/gnmi.ts';
import type { PathQuery } from '../../schema/path.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { isPrefixConcrete, PathStyle } from './path-style.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { resolveQueries } from './resolve.ts';
import { type Wanted, wantedModules } from './sight.ts';
import { Targets } from './targets.ts';
import { type ServedEncoding, servedEncoding } from './value-encoding.ts';

/** One query of one target; a path with wildcards becomes several. */
export interface Feed {
  readonly target: string;
  readonly query: PathQuery;
  readonly style: PathStyle;
  readonly wanted: Wanted;
}

export interface Subscriptions {
  readonly mode: 'STREAM' | 'ONCE' | 'POLL';
  readonly encoding: ServedEncoding;
  readonly updatesOnly: boolean;
  readonly feeds: readonly Feed[];
}

/** @throws EdgeconfError INVALID_ARGUMENT for what is wrong in the list, UNIMPLEMENTED for what is not served. */
export function readSubscriptions(deps: GnmiDeps, grants: Grants, list: SubscriptionList): Subscriptions {
  const subscriptions = list.subscription ?? [];
  checkList(list, subscriptions.length, deps);
  const mode = modeOf(list.mode);
  const encoding = servedEncoding(list.encoding);
  const paths = joinPaths(
    list.prefix,
    subscriptions.map(({ path }) => path),
    deps.limits,
  );
  if (mode === 'STREAM') for (const [i, path] of paths.entries()) checkStreamed(subscriptions[i] ?? {}, path);
  const targets = new Targets(deps.datastore, grants);
  const resolved = paths.map((path) => {
    const { target, model } = targets.snapshot(path);
    const wanted = { modules: wantedModules(model, list.use_models) };
    return { target, path, wanted, queries: resolveQueries(model, path) };
  });
  // All answers carry the same prefix, so it must be one that all paths can be written with.
  const keepPrefix = resolved.every(({ path, queries }) => isPrefixConcrete(path, queries[0] ?? []));
  const feeds = resolved.flatMap(({ target, path, wanted, queries }) => {
    const style = new PathStyle(path, keepPrefix);
    return queries.map((query): Feed => ({ target, query, style, wanted }));
  });
  return { mode, encoding, updatesOnly: list.updates_only === true, feeds };
}

function checkList({ qos }: SubscriptionList, count: number, { limits }: GnmiDeps): void {
  if (count === 0) throw invalid('the subscription list is empty; name at least one path');
  if (count > limits.subscriptionsPerList) {
    throw invalid(`the list has ${count} subscriptions; at most ${limits.subscriptionsPerList} are allowed`);
  }
  if ((qos?.marking ?? 0) > 63) throw invalid(`qos marking ${qos?.marking} is not a DSCP value; it must be 0 to 63`);
}

function modeOf(mode: number | undefined): Subscriptions['mode'] {
  const found = (['STREAM', 'ONCE', 'POLL'] as const).find((name) => ListMode[name] === (mode ?? ListMode.STREAM));
  if (found === undefined) throw invalid(`subscription list mode ${mode} is not known; use STREAM, ONCE or POLL`);
  return found;
}

/** Configuration changes by commits only, so the target's own choice for it is ON_CHANGE. [gNMI 3.5.1.3] */
function checkStreamed({ mode, sample_interval, heartbeat_interval }: Subscription, { text }: RequestPath): void {
  const sampled = !isZero(sample_interval);
  if (mode === SubscriptionMode.SAMPLE) {
    throw new EdgeconfError('UNIMPLEMENTED', `path ${text}: mode SAMPLE is not served; use ON_CHANGE`);
  }
  if (mode !== undefined && mode !== SubscriptionMode.ON_CHANGE && mode !== SubscriptionMode.TARGET_DEFINED) {
    throw invalid(`path ${text}: mode ${mode} is not known; use TARGET_DEFINED, ON_CHANGE or SAMPLE`);
  }
  if (sampled && mode !== SubscriptionMode.ON_CHANGE) {
    throw invalid(`path ${text}: sample_interval goes with mode SAMPLE, not with TARGET_DEFINED; leave it out`);
  }
  if (!isZero(heartbeat_interval)) {
    throw new EdgeconfError('UNIMPLEMENTED', `path ${text}: heartbeat_interval is not served; leave it out`);
  }
}

function isZero(interval: Subscription['sample_interval']): boolean {
  return interval === undefined || Number(interval) === 0;
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
