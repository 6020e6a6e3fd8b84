// How slices, devices and radio nodes stand on SD-RAN, as a tenant's gNMI client sees it: the whole service with simulators.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import { DataType } from '../../../src/proto/gnmi.ts';
import { RunningService } from '../../southbound/running-service.ts';
import { NODE } from './fixture.ts';
import { ENDPOINT, radioSite } from './radio-site.ts';

const slice = '/site[site-id=s]/slice[slice-id=video]/state';
const camera = '/site[site-id=s]/device[device-id=video-1]/state';
const node = `/site[site-id=s]/e2-node[e2-node-id=${NODE}]/state`;

describe('SD-RAN in the state of the tree', () => {
  let simulator: SdRanSimulator;
  let running: RunningService;

  beforeEach(async () => {
    simulator = await startSdRanSimulator();
    running = await RunningService.start({ adapters: 'sd-ran' });
    await running.set('platform', {
      'edgeconf-platform:tenant': [{ name: 'acme' }],
      'edgeconf-platform:target': [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
      'edgeconf-platform:device': [{ name: 'ran', kind: 'onos-rsm', address: simulator.address, endpoint: [ENDPOINT] }],
    });
  });
  afterEach(async () => {
    await running.close();
    await simulator.close();
  });

  /** Resolves when the status below the path is this. */
  const becomes = async (path: string, status: string): Promise<void> => {
    await running.follow('acme', `${path}/status`, (values) => values.get(`${path}/status`) === `"${status}"`).done;
  };
  const state = (path: string) => running.get('acme', path, DataType.STATE);
  const systemOf = async (path: string) => {
    const found = (await state(path)) as { 'edgeconf-site:system': [object] };
    return found['edgeconf-site:system'][0];
  };

  it('shows a slice in effect, not verifiable, and a device that SD-RAN does not know', async () => {
    await running.set('acme', radioSite({ video: 30 }));
    await becomes(slice, 'in-effect');
    assert.deepEqual(await systemOf(slice), { device: 'ran', status: 'in-effect', verified: 'not-verifiable' });
    await becomes(node, 'in-effect');
    assert.deepEqual(await state(camera), {
      'edgeconf-site:status': 'not-served',
      'edgeconf-site:system': [
        {
          device: 'ran',
          status: 'not-offered',
          reason:
            'SD-RAN offers no mapping from an IMSI to a UE of the DU: the device gets the share of its slice once an e2-node ' +
            'has a ue entry for it',
        },
      ],
    });
  });

  it('shows a device in its slice once somebody knows which user it is', async () => {
    await running.set('acme', radioSite({ video: 30 }, { 1240: 'video-1' }));
    await becomes(camera, 'in-effect');
    assert.deepEqual(
      simulator.slices.get(NODE)?.map(({ users }) => users.length),
      [1, 1],
    );
  });

  it('shows a user that is not attached as failed, in the words of the slice manager, and the slice in effect', async () => {
    await running.set('acme', radioSite({ video: 30 }, { 9: 'video-1' }));
    await becomes(camera, 'failed');
    const { reason } = (await systemOf(camera)) as { reason: string };
    assert.match(reason, /UE ID UE_ID_TYPE_DU_UE_F1_AP_ID 9 does not exist in CU/);
    await becomes(slice, 'in-effect');
  });

  it('shows cells and key figures of the site, as applications of the controller report them', async () => {
    const tree = radioSite({ video: 30 }) as { 'edgeconf-site:site': [Record<string, object>] };
    tree['edgeconf-site:site'][0]['connectivity-service'] = {
      'ran-5g-service': {
        'edgeconf-site-ran:pci-endpoint': 'grpc://pci.example',
        'edgeconf-site-ran:kpimon-endpoint': 'grpc://kpimon.example',
      },
    };
    const device = (kind: string, address: string, endpoint: string) => ({
      name: kind,
      kind,
      address,
      endpoint: [endpoint],
    });
    await running.set('platform', {
      'edgeconf-platform:device': [
        device('onos-pci', `${simulator.address}/`, 'grpc://pci.example'),
        device('onos-kpimon', simulator.address.replace('127.0.0.1', 'localhost'), 'grpc://kpimon.example'),
      ],
    });
    await running.set('acme', tree);
    const first = `${node}/cell[cell-id=13842601454c001]`;
    const figure = `${node}/measurement[cell-id=13842601454c001][name=RRC.Conn.Max]/value`;
    const values = await running.follow('acme', node, (known) => known.has(figure) && known.has(`${first}/pci`)).done;
    assert.deepEqual([values.get(`${first}/pci`), values.get(`${first}/conflict`)], ['115', 'false']);
    assert.equal(values.get(figure), '"4"');
  });

  it('shows a slice as pending while the controller is away', async () => {
    await simulator.faults.goDown();
    await running.set('acme', radioSite({ video: 30 }));
    await becomes(slice, 'pending');
    await simulator.faults.comeUp({ state: 'kept' });
    await becomes(slice, 'in-effect');
  });
});
