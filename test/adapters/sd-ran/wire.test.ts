// The bytes that SD-RAN's applications get, field number by field number.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Message, rpcOf } from '../../../adapters/sd-ran/messages.ts';

const hex = (service: string, rpc: string, request: Message): string =>
  rpcOf(service, rpc).encode(request).toString('hex');
const text = (field: number, value: string): string =>
  Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value)]).toString('hex');

describe('SD-RAN wire', () => {
  it('CreateSlice and UpdateSlice: node 1, slice 2, scheduler 3, weight 4, direction 5', () => {
    const slice = {
      e2_node_id: 'e2:1',
      slice_id: '101',
      scheduler_type: 'SCHEDULER_TYPE_QOS_BASED',
      weight: '30',
      sliceType: 'SLICE_TYPE_UL_SLICE',
    };
    const expected = `${text(1, 'e2:1')}${text(2, '101')}1802${text(4, '30')}2801`;
    assert.equal(hex('onos.rsm.Rsm', 'CreateSlice', slice), expected);
    assert.equal(hex('onos.rsm.Rsm', 'UpdateSlice', slice), expected);
    assert.equal(rpcOf('onos.rsm.Rsm', 'CreateSlice').path, '/onos.rsm.Rsm/CreateSlice');
  });

  it('DeleteSlice: node 1, slice 2, direction 3', () => {
    const request = { e2_node_id: 'e2:1', slice_id: '101', sliceType: 'SLICE_TYPE_UL_SLICE' };
    assert.equal(hex('onos.rsm.Rsm', 'DeleteSlice', request), `${text(1, 'e2:1')}${text(2, '101')}1801`);
  });

  it('SetUeSliceAssociation: node 1, users 2 (number 1, which 2), slices 3 and 4, bearer 5', () => {
    const request = {
      e2_node_id: 'e2:1',
      ue_id: [{ ue_id: '1240', type: 'UE_ID_TYPE_DU_UE_F1_AP_ID' }],
      dl_slice_id: '1',
      ul_slice_id: '101',
      drb_id: '5',
    };
    const user = `${text(1, '1240')}1001`;
    assert.equal(
      hex('onos.rsm.Rsm', 'SetUeSliceAssociation', request),
      `${text(1, 'e2:1')}12${(user.length / 2).toString(16).padStart(2, '0')}${user}${text(3, '1')}${text(4, '101')}${text(5, '5')}`,
    );
  });

  it('answers of the slice manager: success 1, cause 2', () => {
    const { decode } = rpcOf('onos.rsm.Rsm', 'DeleteSlice');
    const ack = text(2, 'no');
    assert.deepEqual(decode(Buffer.from(`0a04${ack}`, 'hex')), { ack: { success: false, cause: 'no' } });
    assert.deepEqual(decode(Buffer.from('0a020801', 'hex')), { ack: { success: true, cause: '' } });
  });

  it('SetMlbParams: interval 1, overload 2, target 3, step 4', () => {
    const parameters = { interval: 20, overload_threshold: 80, target_threshold: 40, delta_ocn: 2 };
    assert.equal(hex('onos.mlb.Mlb', 'SetMlbParams', parameters), '0814105018282002');
    assert.deepEqual(rpcOf('onos.mlb.Mlb', 'GetMlbParams').decode(Buffer.from('0814105018282002', 'hex')), parameters);
  });

  it('cells: identity 1, node 2, channel 3, PCI 5, neighbors 7; 64 bits are kept', () => {
    const cell = `08ffffffffffffffffff01${text(2, 'e2:1')}18b0ea01${'2873'}3a0101`;
    const bytes = Buffer.from(`0a${(cell.length / 2).toString(16).padStart(2, '0')}${cell}`, 'hex');
    const { cells } = rpcOf('onos.pci.Pci', 'GetCells').decode(bytes);
    const [{ id, node_id, arfcn, pci, neighbor_ids }] = cells as [Message];
    assert.deepEqual(
      { id, node_id, arfcn, pci, neighbor_ids },
      { id: '18446744073709551615', node_id: 'e2:1', arfcn: 30_000, pci: 115, neighbor_ids: ['1'] },
    );
  });
});
