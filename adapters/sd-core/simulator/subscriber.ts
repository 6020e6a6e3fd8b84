// Subscribers: list, read, create, change and delete their credentials.
import { type Answer, type Call, type Core, decodeBody, json, Refusal } from './answer.ts';
import { storeDeviceGroup } from './device-group.ts';
import { SUBSCRIBER_SHAPE } from './documents.ts';
import type { Subscriber } from './state.ts';

/** The list is that of the access collection: a subscriber whose device group or slice went is no longer in it. */
export function listSubscribers(core: Core): Answer {
  const entries = [...core.state.accessEntries.values()].flat();
  return json(
    200,
    entries.map(({ plmn = '', ueId }) => ({ plmnID: plmn, ueId })),
  );
}

export function getSubscriber(core: Core, call: Call): Answer {
  const subscriber = core.state.subscribers.get(call.name);
  const sessions = core.state.provisioned.get(call.name) ?? [];
  if (subscriber === undefined && sessions.length === 0 && !core.state.accessEntries.has(call.name)) {
    throw new Refusal(404, `there is no subscriber ${call.name}`);
  }
  const authentication = subscriber && {
    authenticationMethod: '5G_AKA',
    authenticationManagementField: '8000',
    encOpcKey: subscriber.opc,
    encPermanentKey: subscriber.key,
    sequenceNumber: { sqn: subscriber.sequenceNumber },
  };
  const sessionData = sessions.map(({ sst, sd, dnns }) => ({
    singleNssai: { sst, sd },
    dnnConfigurations: Object.fromEntries(dnns.map(({ dnn, qci }) => [dnn, { '5gQosProfile': { '5qi': qci } }])),
  }));
  return json(200, {
    plmnID: '',
    ueId: call.name,
    AuthenticationSubscription: authentication ?? {},
    SessionManagementSubscriptionData: sessions.length === 0 ? null : sessionData,
  });
}

/** The body's plmnID is read and has no effect: a subscriber gets its PLMN from its slice. */
function requireCredentials(call: Call, request: ReturnType<typeof decodeBody>): Subscriber {
  const { opc = '', key = '', sequenceNumber = '' } = request as Partial<Subscriber>;
  if (opc === '' || key === '' || sequenceNumber === '') {
    throw new Refusal(400, `subscriber ${call.name} needs opc, key and sequenceNumber`);
  }
  return { ueId: call.name, opc, key, sequenceNumber };
}

export function postSubscriber(core: Core, call: Call): Answer {
  const request = decodeBody(SUBSCRIBER_SHAPE, call.body);
  if (core.state.accessEntries.has(call.name)) throw new Refusal(409, `subscriber ${call.name} exists already`);
  core.state.subscribers.set(call.name, requireCredentials(call, request));
  core.state.accessEntries.set(call.name, [{ ueId: call.name }]);
  return json(201, {});
}

export function putSubscriber(core: Core, call: Call): Answer {
  const request = decodeBody(SUBSCRIBER_SHAPE, call.body);
  if (!core.state.accessEntries.has(call.name)) throw new Refusal(404, `there is no subscriber ${call.name}`);
  core.state.subscribers.set(call.name, requireCredentials(call, request));
  return { status: 204 };
}

/** Leaves its device groups first; a subscriber that is not there is no error. */
export function deleteSubscriber(core: Core, call: Call): Answer {
  const imsi = call.name.replace(/^imsi-/, '');
  for (const group of [...core.state.deviceGroups.values()]) {
    if (!group.imsis?.includes(imsi)) continue;
    storeDeviceGroup(core, { ...group, imsis: group.imsis.filter((known) => known !== imsi) });
  }
  core.state.subscribers.delete(call.name);
  const [, ...others] = core.state.accessEntries.get(call.name) ?? [];
  if (others.length > 0) core.state.accessEntries.set(call.name, others);
  else core.state.accessEntries.delete(call.name);
  return { status: 204 };
}

/** The real core has only this stub. */
export function patchSubscriber(): Answer {
  return { status: 200 };
}
