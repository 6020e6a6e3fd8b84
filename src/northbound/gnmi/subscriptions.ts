// A SubscriptionList as the service understands it: which paths, in which mode and form, each with its delivery. [gNMI 3.5.1.2]

import { EdgeconfError } from '../../errors.ts';
import {
  type Extension,
  ListMode,
  type ModelData,
  type SubscribeRequest,
  type SubscriptionList,
} from '../../proto/gnmi.ts';
import { type Delivery, deliveryOf, notStreamed } from './delivery.ts';
import { depthOf } from './depth.ts';
import { checkExtensions, wellKnown } from './extensions.ts';
import { type History, historyOf } from './history-extension.ts';
import type { GnmiLimits } from './limits.ts';
import { joinPaths, type RequestPath } from './request-path.ts';
import { startRevisionOf } from './start-revision.ts';
import { type ServedEncoding, servedEncoding } from './value-encoding.ts';

export type Mode = 'STREAM' | 'ONCE' | 'POLL';

/** One subscription of the list. */
export interface Line {
  readonly path: RequestPath;
  readonly delivery: Delivery;
}

export interface Subscriptions {
  readonly mode: Mode;
  readonly encoding: ServedEncoding;
  readonly updatesOnly: boolean;
  readonly lines: readonly Line[];
  readonly models: readonly ModelData[] | undefined;
  /** Levels below each path; 0 is all. [gnmi-depth] */
  readonly depth: number;
  /** Only configuration is wanted, and commits are marked. [gnmi-config-subscriptions] */
  readonly config: boolean;
  /** The past instead of the present. [gnmi-history] */
  readonly history: History | undefined;
  /** The client holds what was there at this revision. */
  readonly startRevision: number | undefined;
}

/** @throws EdgeconfError INVALID_ARGUMENT for what is wrong in the list, UNIMPLEMENTED for what is not served. */
export function readSubscriptions(request: SubscribeRequest, limits: GnmiLimits): Subscriptions {
  const { subscribe: list = {}, extension } = request;
  checkExtensions('Subscribe', extension, ['history', 'depth', 'config_subscription']);
  const subscriptions = list.subscription ?? [];
  checkList(list, subscriptions.length, limits);
  const mode = modeOf(list.mode);
  const paths = joinPaths(
    list.prefix,
    subscriptions.map(({ path }) => path),
    limits,
  );
  const lines = paths.map((path, i): Line => {
    const subscription = subscriptions[i] ?? {};
    return { path, delivery: mode === 'STREAM' ? deliveryOf(subscription, path.text, limits) : notStreamed };
  });
  const read = {
    mode,
    encoding: servedEncoding(list.encoding),
    updatesOnly: list.updates_only === true,
    lines,
    models: list.use_models,
    depth: depthOf(extension),
    config: asksForConfig(extension),
    history: historyOf(extension, mode),
    startRevision: startRevisionOf(extension),
  };
  if (read.startRevision !== undefined) checkStart(read);
  return read;
}

function checkList({ qos }: SubscriptionList, count: number, limits: GnmiLimits): void {
  if (count === 0) throw invalid('the subscription list is empty; name at least one path');
  if (count > limits.subscriptionsPerList) {
    throw invalid(`the list has ${count} subscriptions; at most ${limits.subscriptionsPerList} are allowed`);
  }
  if ((qos?.marking ?? 0) > 63) throw invalid(`qos marking ${qos?.marking} is not a DSCP value; it must be 0 to 63`);
}

function modeOf(mode: number | undefined): Mode {
  const found = (['STREAM', 'ONCE', 'POLL'] as const).find((name) => ListMode[name] === (mode ?? ListMode.STREAM));
  if (found === undefined) throw invalid(`subscription list mode ${mode} is not known; use STREAM, ONCE or POLL`);
  return found;
}

function asksForConfig(extensions: readonly Extension[] | undefined): boolean {
  const extension = wellKnown(extensions, 'config_subscription');
  if (extension === undefined) return false;
  if (extension.start === undefined || extension.start === null) {
    throw invalid("extension config_subscription: a SubscribeRequest must set its 'start'");
  }
  return true;
}

/** What a client holds is told by markers, and only ON_CHANGE brings it from one to the next. */
function checkStart({ mode, config, history, updatesOnly, lines }: Omit<Subscriptions, 'startRevision'>): void {
  const wrong =
    mode !== 'STREAM'
      ? `needs mode STREAM, not ${mode}`
      : !config
        ? 'needs the extension config_subscription, which marks revisions'
        : history !== undefined
          ? 'cannot go with the extension history'
          : updatesOnly
            ? 'cannot go with updates_only'
            : lines.some(({ delivery }) => !delivery.onChange)
              ? 'cannot go with mode SAMPLE; use ON_CHANGE'
              : undefined;
  if (wrong !== undefined) throw invalid(`the extension for a start revision ${wrong}`);
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
