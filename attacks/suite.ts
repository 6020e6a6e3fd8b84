// Carries out every attack in a world with the victims and in one without, and judges by what was answered and what changed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../test/identity/issuer.ts';
import { authority } from '../test/northbound/authority.ts';
import type { Attack } from './attack.ts';
import { ownRows } from './attack.ts';
import { documentAttacks } from './cases/documents.ts';
import { extensionAttacks } from './cases/extensions.ts';
import { identityAttacks } from './cases/identity.ts';
import { insideAttacks } from './cases/inside.ts';
import { metadataAttacks } from './cases/metadata.ts';
import { pathAttacks } from './cases/paths.ts';
import { setAttacks } from './cases/sets.ts';
import { subscribeAttacks } from './cases/subscribes.ts';
import { Hand } from './hand.ts';
import { type Kind, SECRET, startWorld, type Trust, type World } from './world.ts';

/** Every table of attacks; each file in `cases/` is one. */
export const everyAttack: readonly Attack[] = [
  ...pathAttacks,
  ...setAttacks,
  ...subscribeAttacks,
  ...extensionAttacks,
  ...metadataAttacks,
  ...identityAttacks,
  ...insideAttacks,
  ...documentAttacks,
];

/** An attack that was not refused as it must be. */
export interface Crossing {
  readonly name: string;
  readonly reasons: readonly string[];
}

export interface Report {
  readonly cases: number;
  readonly crossings: readonly Crossing[];
}

export interface RunOptions {
  /** Default: all. */
  readonly attacks?: readonly Attack[];
  /** Told of each crossing as it is found. */
  readonly tell?: (crossing: Crossing) => void;
  /** Done to each world before the first attack, to plant what must be found. */
  readonly prepare?: (world: World) => Promise<unknown>;
}

export async function runAttacks(options: RunOptions = {}): Promise<Report> {
  const { attacks = everyAttack, tell = () => {}, prepare = async () => {} } = options;
  const kinds: readonly Kind[] = ['all', ...new Set(attacks.map(({ like }) => like))];
  const worlds = new Map<Kind, World>();
  const { trust, end } = await startIssuerOfAll();
  try {
    for (const kind of kinds) {
      const world = await startWorld(kind, trust);
      worlds.set(kind, world);
      await prepare(world);
    }
    const crossings: Crossing[] = [];
    for (const attack of attacks) {
      const reasons = await judge(attack, worldOf(worlds, 'all'), worldOf(worlds, attack.like));
      if (reasons.length === 0) continue;
      crossings.push({ name: attack.name, reasons });
      tell({ name: attack.name, reasons });
    }
    return { cases: attacks.length, crossings };
  } finally {
    for (const world of worlds.values()) await world.close();
    await end();
  }
}

async function startIssuerOfAll(): Promise<{ trust: Trust; end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeconf-attacks-'));
  const trusted = await authority('issuers');
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, trusted.ca);
  const issuer = await startIssuer(await trusted.issue('issuer'), trusted.ca);
  const end = async (): Promise<void> => {
    await issuer.close();
    await rm(folder, { recursive: true });
  };
  return { trust: { issuer, ca }, end };
}

function worldOf(worlds: ReadonlyMap<Kind, World>, kind: Kind): World {
  const world = worlds.get(kind);
  if (world === undefined) throw new Error(`no world ${kind} was started`);
  return world;
}

/** What a poke changes for good. */
const pokedRow = 'acme /application[application-id=cam]/address ';

async function judge(attack: Attack, world: World, without: World): Promise<string[]> {
  const before = world.rows();
  const [{ answer, after }, { answer: expected }] = await Promise.all([
    carryOut(attack, world),
    carryOut(attack, without),
  ]);
  const reasons: string[] = [];
  const owned = [...(ownRows[attack.as ?? ''] ?? []), pokedRow];
  const victims = (rows: readonly string[]) => rows.filter((row) => !owned.some((start) => row.startsWith(start)));
  const [was, is] = [victims(before), victims(after)];
  const changed = [...was.filter((row) => !is.includes(row)), ...is.filter((row) => !was.includes(row))];
  if (changed.length > 0) reasons.push(`rows of a victim changed: ${changed.slice(0, 5).join('; ')}`);
  if (answer.code !== attack.code) reasons.push(`answered ${answer.code}, not ${attack.code}: ${answer.text}`);
  if (answer.code !== expected.code || answer.text !== expected.text) {
    reasons.push(
      `without the victim the answer is ${expected.code} ${expected.text}, with it ${answer.code} ${answer.text}`,
    );
  }
  if (answer.text.includes(SECRET)) reasons.push(`the answer reveals what is secret: ${answer.text}`);
  return reasons;
}

async function carryOut(attack: Attack, world: World) {
  const hand = new Hand(world.service.address, attack.as, () => world.poke(attack.like));
  try {
    const before = world.service.datastore.head.revision;
    const answer = await attack.run(hand, world);
    const after = world.rows();
    if (world.service.datastore.head.revision !== before) await world.restore();
    return { answer, after };
  } finally {
    hand.close();
  }
}
