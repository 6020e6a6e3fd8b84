// Finds the handler of a request by method and path, and turns what it throws into the core's error answers.
import { randomUUID } from 'node:crypto';
import { type Answer, type Call, type Core, json, Refusal } from './answer.ts';
import { deleteDeviceGroup, getDeviceGroup, listDeviceGroups, putDeviceGroup } from './device-group.ts';
import { deleteGnb, deleteUpf, listGnbs, listUpfs, postGnb, postUpf, putGnb, putUpf } from './inventory.ts';
import { deleteNetworkSlice, getNetworkSlice, listNetworkSlices, putNetworkSlice } from './network-slice.ts';
import { getRegistration, getSession, listRegistrations } from './registered-ue.ts';
import {
  deleteSubscriber,
  getSubscriber,
  listSubscribers,
  patchSubscriber,
  postSubscriber,
  putSubscriber,
} from './subscriber.ts';

type Handler = (core: Core, call: Call) => Answer;
type Methods = Readonly<Record<string, Handler>>;

interface Resource {
  readonly path: string;
  /** What the path itself answers to. */
  readonly collection: Methods;
  /** What the path with one more segment answers to. */
  readonly item: Methods;
}

const RESOURCES: readonly Resource[] = [
  {
    path: '/config/v1/device-group',
    collection: { GET: listDeviceGroups },
    item: { GET: getDeviceGroup, POST: putDeviceGroup, PUT: putDeviceGroup, DELETE: deleteDeviceGroup },
  },
  {
    path: '/config/v1/network-slice',
    collection: { GET: listNetworkSlices },
    item: { GET: getNetworkSlice, POST: putNetworkSlice, PUT: putNetworkSlice, DELETE: deleteNetworkSlice },
  },
  {
    path: '/config/v1/inventory/gnb',
    collection: { GET: listGnbs, POST: postGnb },
    item: { PUT: putGnb, DELETE: deleteGnb },
  },
  {
    path: '/config/v1/inventory/upf',
    collection: { GET: listUpfs, POST: postUpf },
    item: { PUT: putUpf, DELETE: deleteUpf },
  },
  {
    path: '/api/subscriber',
    collection: { GET: listSubscribers },
    item: {
      GET: getSubscriber,
      POST: postSubscriber,
      PUT: putSubscriber,
      PATCH: patchSubscriber,
      DELETE: deleteSubscriber,
    },
  },
  {
    path: '/api/registered-ue-context',
    collection: { GET: listRegistrations },
    item: { GET: getRegistration },
  },
  { path: '/api/ue-pdu-session-info', collection: {}, item: { GET: getSession } },
];

function find(method: string, path: string): { handler: Handler; name: string } | undefined {
  for (const resource of RESOURCES) {
    if (path !== resource.path && !path.startsWith(`${resource.path}/`)) continue;
    const name = path.slice(resource.path.length + 1);
    if (name.includes('/') || (name === '' && path !== resource.path)) return undefined;
    const methods = name === '' ? resource.collection : resource.item;
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    return handler && { handler, name };
  }
  return undefined;
}

function refusal(path: string, { status, message }: { status: number; message: string }): Answer {
  const isInventory = path.startsWith('/config/v1/inventory/');
  return json(status, isInventory ? { error: message } : { error: message, request_id: randomUUID() });
}

/**
 * Answers one request. A path that differs only by a slash at its end is redirected (301 for GET, else 307), a method
 * that the path does not have is not found, and a handler that breaks is an empty 500.
 */
export function route(core: Core, request: Omit<Call, 'name'>): Answer {
  const { method, path } = request;
  const found = find(method, path);
  if (found === undefined) {
    const twin = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    if (find(method, twin) === undefined) return { status: 404, body: '404 page not found', contentType: 'text/plain' };
    return { status: method === 'GET' ? 301 : 307, location: encodeURI(twin) };
  }
  try {
    return found.handler(core, { ...request, name: found.name });
  } catch (error) {
    return error instanceof Refusal ? refusal(path, error) : { status: 500 };
  }
}
