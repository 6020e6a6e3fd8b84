// Answers to questions about access as messages.

import type { Boundary } from '../../access/boundaries.ts';
import type { Able, AppliedRule, Explanation } from '../../access/explain.ts';
import type { Flip } from '../../access/flips.ts';
import type { Crossing, IdleRule, Staff } from '../../access/isolation.ts';
import type { HeldRule } from '../../access/policy-view.ts';
import type { Reach } from '../../access/reach.ts';
import type { Region } from '../../access/region.ts';
import type { CrossingIssuer, SharedDevice } from '../../access/trust.ts';
import * as proto from '../../proto/access.ts';
import { printElems } from '../../proto/path-text.ts';
import { type Path, type PathQuery, textElems } from '../../schema/path.ts';

export function checkMessage({ verdict, rules }: Explanation): proto.CheckResponse {
  return { verdict: verdictOf(verdict), rules: rules.map((each) => ruleMessage(each, each)) };
}

export function ableMessage({ holder, verdict, rules }: Able): proto.Able {
  return { kind: holder.kind, name: holder.name, ...checkMessage({ verdict, rules }) };
}

export function reachMessage({ target, actions, regions }: Reach): proto.ReachPart {
  return { target: target.name, actions: [...actions], regions: regions.map(regionMessage) };
}

export function flipMessage({ holder, target, actions, allowed, region, example }: Flip): proto.Flip {
  const { kind, name } = holder;
  return {
    ...{ kind, name, target: target.name, actions: [...actions], allowed },
    ...{ region: regionMessage(region), example: pathText(example) },
  };
}

export function crossingMessage({ kind, who, homes, target, requests, rules }: Crossing): proto.Crossing {
  return {
    ...{ kind, who_kind: who.kind, who: who.name, homes: [...homes], target: target.name, tenant: target.tenant },
    requests: requests.map(({ action, path }) => ({ action, path: pathText(path) })),
    rules: rules.map((rule) => ruleMessage(rule)),
  };
}

export function staffMessage({ who, operator, roles }: Staff): proto.Staff {
  return { who_kind: who.kind, who: who.name, operator, roles: [...roles] };
}

export function idleMessage({ who, tenant, role, rule, target }: IdleRule): proto.IdleRule {
  return { who_kind: who.kind, who: who.name, tenant, role, rule, target };
}

export function issuerMessage({ name, groups, tenants, localUsers }: CrossingIssuer): proto.TrustedIssuer {
  return { name, groups: [...groups], tenants: [...tenants], local_users: localUsers };
}

export function deviceMessage({ name, tenants }: SharedDevice): proto.SharedDevice {
  return { name, tenants: [...tenants] };
}

export function boundaryMessage({ user, action, target, path, allowed, why }: Boundary): proto.Boundary {
  return { user, action, target: target.name, path: pathText(path), allowed, why };
}

function verdictOf(verdict: Explanation['verdict']): number {
  if (verdict === 'some') return proto.Verdict.PARTLY;
  return verdict ? proto.Verdict.ALLOWED : proto.Verdict.DENIED;
}

function ruleMessage({ role, rule, origin }: HeldRule, applied?: AppliedRule): proto.AppliedRule {
  return {
    ...{ role: role.name, rule: rule.name, effect: rule.effect, target: rule.target, path: rule.path },
    ...{ group: origin.group ?? '', tenant: origin.tenant, chain: [...origin.chain], part: applied?.extent === 'part' },
  };
}

function regionMessage({ query, except }: Region): proto.Region {
  return { path: queryText(query), except: except.map(queryText) };
}

/** As the service reads it back: a name that several modules have here is written with its module. */
function pathText(path: Path): string {
  const elems = textElems(path);
  return printElems(path.map(({ node }, i) => ({ name: nameOf(node), key: { ...elems[i]?.key } })));
}

function queryText(query: PathQuery): string {
  return printElems(
    query.map(({ node, keys }) => ({
      name: nameOf(node),
      // Keys of which none is given are left out.
      key: keys.every((key) => key === undefined)
        ? {}
        : Object.fromEntries(node.keys.map((leaf, k) => [leaf.name, keys[k] ?? '*'])),
    })),
  );
}

function nameOf(node: Path[number]['node']): string {
  const siblings = [...(node.parent?.children.values() ?? [])].filter(({ name }) => name === node.name);
  return siblings.length > 1 ? `${node.module}:${node.name}` : node.name;
}
