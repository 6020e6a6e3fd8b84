// The inventory of gNBs and UPFs; a change of one also changes every slice that names it.
import { type Answer, type Call, type Core, decodeBody, json, Refusal } from './answer.ts';
import { GNB_SHAPE, type NetworkSlice, type SiteInfo, UPF_SHAPE } from './documents.ts';
import { storeNetworkSlice } from './network-slice.ts';
import { FQDN_PATTERN, isValidTac, isValidUpfPort, MAX_TAC, NAME_PATTERN } from './rules.ts';
import type { Gnb, Upf } from './state.ts';

export function listGnbs(core: Core): Answer {
  return json(200, [...core.state.gnbs.values()]);
}

export function listUpfs(core: Core): Answer {
  return json(200, [...core.state.upfs.values()]);
}

function updateSlices(core: Core, has: (site: SiteInfo) => boolean, change: (site: SiteInfo) => SiteInfo): void {
  for (const slice of [...core.state.networkSlices.values()]) {
    if (!has(slice['site-info'])) continue;
    const document: NetworkSlice = { ...slice, 'site-info': change(slice['site-info']) };
    try {
      storeNetworkSlice(core, document);
    } catch (error) {
      throw error instanceof Refusal ? new Refusal(500, error.message) : error;
    }
  }
}

function hasGnb(name: string): (site: SiteInfo) => boolean {
  return (site) => site.gNodeBs?.some((gnb) => gnb.name === name) ?? false;
}

function hasUpf(hostname: string): (site: SiteInfo) => boolean {
  return (site) => site.upf?.['upf-name'] === hostname;
}

function requireGnbName(name: string): void {
  if (!NAME_PATTERN.test(name)) throw new Refusal(400, `gNB name ${name} does not match ${NAME_PATTERN.source}`);
}

function requireTac(tac: number): void {
  if (!isValidTac(tac)) throw new Refusal(400, `tac ${tac} is not within 1..${MAX_TAC}`);
}

function requireUpf(upf: Upf): void {
  if (!FQDN_PATTERN.test(upf.hostname)) throw new Refusal(400, `UPF hostname ${upf.hostname} is no full domain name`);
  if (!isValidUpfPort(upf.port)) throw new Refusal(400, `UPF port ${upf.port} is not within 0..65535`);
}

function setTac(core: Core, name: string, tac: number): void {
  updateSlices(core, hasGnb(name), (site) => ({
    ...site,
    gNodeBs: (site.gNodeBs ?? []).map((gnb) => (gnb.name === name ? { ...gnb, tac } : gnb)),
  }));
}

export function postGnb(core: Core, call: Call): Answer {
  const { name = '', tac } = decodeBody(GNB_SHAPE, call.body) as Partial<Gnb>;
  requireGnbName(name);
  if (tac !== undefined) requireTac(tac);
  if (core.state.gnbs.has(name)) throw new Refusal(400, `gNB ${name} exists already`);
  // Without a tac the real core crashes in this request when a slice names the gNB already.
  if (tac === undefined && [...core.state.networkSlices.values()].some((slice) => hasGnb(name)(slice['site-info']))) {
    return { status: 500 };
  }
  if (tac !== undefined) setTac(core, name, tac);
  core.state.gnbs.set(name, tac === undefined ? { name } : { name, tac });
  return json(201, {});
}

/** Creates it when it is not there. */
export function putGnb(core: Core, call: Call): Answer {
  requireGnbName(call.name);
  const { tac = 0 } = decodeBody(GNB_SHAPE, call.body) as Partial<Gnb>;
  requireTac(tac);
  setTac(core, call.name, tac);
  core.state.gnbs.set(call.name, { name: call.name, tac });
  return json(200, {});
}

export function deleteGnb(core: Core, call: Call): Answer {
  updateSlices(core, hasGnb(call.name), (site) => ({
    ...site,
    gNodeBs: (site.gNodeBs ?? []).filter((gnb) => gnb.name !== call.name),
  }));
  core.state.gnbs.delete(call.name);
  return json(200, {});
}

function storeUpf(core: Core, upf: Upf): void {
  updateSlices(core, hasUpf(upf.hostname), (site) => ({
    ...site,
    upf: { 'upf-name': upf.hostname, 'upf-port': upf.port },
  }));
  core.state.upfs.set(upf.hostname, upf);
}

export function postUpf(core: Core, call: Call): Answer {
  const { hostname = '', port = '' } = decodeBody(UPF_SHAPE, call.body) as Partial<Upf>;
  requireUpf({ hostname, port });
  if (core.state.upfs.has(hostname)) throw new Refusal(400, `UPF ${hostname} exists already`);
  storeUpf(core, { hostname, port });
  return json(201, {});
}

/** Creates it when it is not there. */
export function putUpf(core: Core, call: Call): Answer {
  const { port = '' } = decodeBody(UPF_SHAPE, call.body) as Partial<Upf>;
  requireUpf({ hostname: call.name, port });
  storeUpf(core, { hostname: call.name, port });
  return json(200, {});
}

export function deleteUpf(core: Core, call: Call): Answer {
  updateSlices(core, hasUpf(call.name), ({ upf: _, ...site }) => site);
  core.state.upfs.delete(call.name);
  return json(200, {});
}
