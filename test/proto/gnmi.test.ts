// gNMI messages on the wire: field numbers, 64-bit numbers, and the service's paths.

import assert from 'node:assert/strict';
import { ReflectionService } from '@grpc/reflection';
import Long from 'long';
import { gnmiDefinition, gnmiVersion, type Notification, type SubscribeResponse } from '../../src/proto/gnmi.ts';
import { messageType, reflectionPackage } from '../../src/proto/load.ts';
import { decodeViolations, encodeStatus } from '../../src/proto/rpc-status.ts';

/** Field number by name of each message, as gNMI 0.10.0 has them. */
const fields: Record<string, Record<string, number>> = {
  'gnmi.Notification': { timestamp: 1, prefix: 2, update: 4, delete: 5, atomic: 6 },
  'gnmi.Update': { path: 1, value: 2, val: 3, duplicates: 4 },
  'gnmi.TypedValue': {
    string_val: 1,
    int_val: 2,
    uint_val: 3,
    bool_val: 4,
    bytes_val: 5,
    float_val: 6,
    decimal_val: 7,
    leaflist_val: 8,
    any_val: 9,
    json_val: 10,
    json_ietf_val: 11,
    ascii_val: 12,
    proto_bytes: 13,
    double_val: 14,
  },
  'gnmi.Path': { element: 1, origin: 2, elem: 3, target: 4 },
  'gnmi.PathElem': { name: 1, key: 2 },
  'gnmi.Decimal64': { digits: 1, precision: 2 },
  'gnmi.ScalarArray': { element: 1 },
  'gnmi.SubscribeRequest': { subscribe: 1, poll: 3, extension: 5 },
  'gnmi.SubscribeResponse': { update: 1, sync_response: 3, error: 4, extension: 5 },
  'gnmi.SubscriptionList': {
    prefix: 1,
    subscription: 2,
    qos: 4,
    mode: 5,
    allow_aggregation: 6,
    use_models: 7,
    encoding: 8,
    updates_only: 9,
  },
  'gnmi.Subscription': { path: 1, mode: 2, sample_interval: 3, suppress_redundant: 4, heartbeat_interval: 5 },
  'gnmi.SetRequest': { prefix: 1, delete: 2, replace: 3, update: 4, extension: 5, union_replace: 6 },
  'gnmi.SetResponse': { prefix: 1, response: 2, message: 3, timestamp: 4, extension: 5 },
  'gnmi.UpdateResult': { timestamp: 1, path: 2, message: 3, op: 4 },
  'gnmi.GetRequest': { prefix: 1, path: 2, type: 3, encoding: 5, use_models: 6, extension: 7 },
  'gnmi.GetResponse': { notification: 1, error: 2, extension: 3 },
  'gnmi.CapabilityRequest': { extension: 1 },
  'gnmi.CapabilityResponse': { supported_models: 1, supported_encodings: 2, gNMI_version: 3, extension: 4 },
  'gnmi.ModelData': { name: 1, organization: 2, version: 3 },
  'gnmi_ext.Extension': {
    registered_ext: 1,
    master_arbitration: 2,
    history: 3,
    commit: 4,
    depth: 5,
    config_subscription: 6,
  },
  'gnmi_ext.Commit': { id: 1, commit: 2, confirm: 3, cancel: 4, set_rollback_duration: 5 },
  'gnmi_ext.History': { snapshot_time: 1, range: 2 },
  'gnmi_ext.TimeRange': { start: 1, end: 2 },
  'gnmi_ext.Depth': { level: 1 },
  'gnmi_ext.ConfigSubscriptionSyncDone': { commit_confirm_id: 1, server_commit_id: 2, done: 3 },
};

describe('gNMI messages', () => {
  it('have the field numbers of gNMI 0.10.0', () => {
    for (const [name, numbers] of Object.entries(fields)) {
      assert.deepEqual({ name, ...messageType(name).fields }, { name, ...numbers });
    }
  });

  it('encode a Notification to the bytes that the numbers say', () => {
    const type = messageType<SubscribeResponse>('gnmi.SubscribeResponse');
    const bytes = type.encode({
      update: {
        timestamp: Long.fromNumber(5),
        update: [{ path: { elem: [{ name: 'a', key: { k: 'v' } }] }, val: { json_ietf_val: Buffer.from('1') } }],
        delete: [{ elem: [{ name: 'b' }] }],
      },
    });
    assert.equal(
      bytes.toString('hex'),
      '0a1f0805' + '22140a0d1a0b0a016112060a016b120176' + '1a035a0131' + '2a051a030a0162',
    );
  });

  it('carry 64-bit numbers without loss', () => {
    const type = messageType<Notification>('gnmi.Notification');
    const timestamp = Long.fromString('1763900000123456789');
    const max = Long.MAX_UNSIGNED_VALUE;
    const decoded = type.decode(type.encode({ timestamp, update: [{ path: {}, val: { uint_val: max } }] }));
    assert.equal(decoded.timestamp?.toString(), '1763900000123456789');
    assert.equal(decoded.update?.[0]?.val?.uint_val?.toString(), '18446744073709551615');
    assert.equal(decoded.update?.[0]?.val?.value, 'uint_val');
  });

  it('keep reading when a message has fields of older or newer versions', () => {
    const type = messageType<Notification>('gnmi.Notification');
    const alias = Buffer.from('1a03666f6f', 'hex');
    const newer = Buffer.from('fa3e0161', 'hex');
    const decoded = type.decode(Buffer.concat([alias, newer, Buffer.from('3001', 'hex')]));
    assert.equal(decoded.atomic, true);
  });

  it('name the service and its streams as gNMI does', () => {
    const shape = Object.values(gnmiDefinition).map((m) => [m.path, m.requestStream, m.responseStream]);
    assert.deepEqual(shape, [
      ['/gnmi.gNMI/Capabilities', false, false],
      ['/gnmi.gNMI/Get', false, false],
      ['/gnmi.gNMI/Set', false, false],
      ['/gnmi.gNMI/Subscribe', true, true],
    ]);
    assert.equal(gnmiVersion, '0.10.0');
  });

  it('let an encoded answer pass through unchanged', () => {
    const bytes = Buffer.from([1, 2, 3]);
    assert.equal(gnmiDefinition.Subscribe?.responseSerialize(bytes), bytes);
  });

  it('can be described by server reflection', () => {
    const added: string[] = [];
    const server = { addService: (service: object) => added.push(...Object.keys(service)) };
    new ReflectionService(reflectionPackage()).addToServer(server as never);
    assert.deepEqual(added, ['ServerReflectionInfo', 'ServerReflectionInfo']);
  });

  it('refuse bytes that are not a message', () => {
    assert.throws(() => gnmiDefinition.Get?.requestDeserialize(Buffer.from('0aff', 'hex')), RangeError);
  });

  it('carry violations in a Status and give them back', () => {
    const violations = [{ field: '/a', description: 'must be even', reason: 'odd' }];
    const [found] = decodeViolations(encodeStatus(3, 'not valid', violations));
    assert.deepEqual({ ...found }, violations[0]);
  });
});
