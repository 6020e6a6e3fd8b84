// What users notice while a document of a core is changed or removed.

import { type DocumentRef, documentText, type Json } from '../../src/southbound/adapter.ts';

type Body = { readonly [member: string]: Json };

/** Undefined when nobody loses anything: new documents, new members, other rates and rules. */
export function interruption(ref: DocumentRef, before: Json | undefined, after: Json | undefined): string | undefined {
  if (before === undefined) return undefined;
  const [old, fresh] = [before as Body, after as Body | undefined];
  const notes = ref.kind === 'device-group' ? groupNotes(old, fresh) : sliceNotes(old, fresh);
  return notes.length === 0 ? undefined : notes.join('; ');
}

function groupNotes(before: Body, after: Body | undefined): string[] {
  if (after === undefined) return ['devices of the group lose their connection'];
  const notes: string[] = [];
  const left = missing(before.imsis, after.imsis).length;
  if (left > 0) notes.push(`${left} device${left === 1 ? ' loses its' : 's lose their'} connection`);
  if (!same(addressing(before), addressing(after))) {
    notes.push('sessions of the group are set up anew: devices get other addresses or name servers');
  }
  return notes;
}

function sliceNotes(before: Body, after: Body | undefined): string[] {
  if (after === undefined) return ['devices of the slice lose their connection'];
  const notes: string[] = [];
  const [oldSite, newSite] = [(before['site-info'] ?? {}) as Body, (after['site-info'] ?? {}) as Body];
  if (!same(before['slice-id'], after['slice-id']) || !same(oldSite.plmn, newSite.plmn)) {
    notes.push('sessions of the slice are set up anew: the network knows the slice by another identity');
  }
  if (!same(oldSite.upf, newSite.upf)) {
    notes.push('sessions of the slice are set up anew on the other user plane');
  }
  const groups = missing(before['site-device-group'], after['site-device-group']);
  if (groups.length > 0) notes.push(`devices of ${groups.join(', ')} lose their connection`);
  const cells = missing(oldSite.gNodeBs, newSite.gNodeBs);
  if (cells.length > 0)
    notes.push(`devices at ${cells.length} cell${cells.length === 1 ? '' : 's'} lose the slice there`);
  return notes;
}

/** What a session gets when it is set up: the IP domain without rates. */
function addressing(group: Body): Json {
  const domains = group['ip-domains'] ?? [group['ip-domain-expanded'] ?? null];
  return (domains as readonly Json[]).map((domain) => {
    const { 'ue-dnn-qos': _, ...rest } = (domain ?? {}) as Body;
    return rest;
  });
}

function missing(before: Json | undefined, after: Json | undefined): string[] {
  const kept = new Set(texts(after));
  return texts(before).filter((text) => !kept.has(text));
}

function texts(list: Json | undefined): string[] {
  return ((list ?? []) as readonly Json[]).map((item) => (typeof item === 'string' ? item : documentText(item)));
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return documentText(a ?? null) === documentText(b ?? null);
}
