// What an enterprise and its fabric's operator say for one slice: cameras that may reach their video server, and nothing else.

/** The radio node that the site's cell is on. */
export const E2_NODE = 'e2:4/e00/3/c8';

/** URIs that stand for the systems in intent. */
export const ENDPOINTS = {
  core: 'http://core.plant.example/config',
  upf1: 'http://upf-1.plant.example',
  upf2: 'http://upf-2.plant.example',
  fabric: 'http://onos.plant.example',
  ran: 'grpc://rsm.plant.example',
} as const;

/** RFC 7951 JSON of the target of the fabric: all that tenants' slices stand on. */
export const fabricIntent = {
  'edgeconf-fabric:controller': { endpoint: ENDPOINTS.fabric },
  'edgeconf-fabric:slicing': {},
} as const;

/** RFC 7951 JSON of the enterprise's target. */
export const enterpriseIntent = {
  'edgeconf-traffic-class:traffic-class': [
    { 'traffic-class-id': 'video', qci: 2, arp: 5, pelr: 3, pdb: 150 },
    { 'traffic-class-id': 'rest', qci: 9, arp: 9, pelr: 6, pdb: 300 },
  ],
  'edgeconf-application:application': [
    {
      'application-id': 'video-server',
      address: '10.50.0.9/32',
      endpoint: [
        {
          'endpoint-id': 'rtsp',
          'port-start': 554,
          'port-end': 554,
          protocol: 'TCP',
          mbr: { uplink: '50000000', downlink: '1000000' },
          'traffic-class': 'video',
        },
      ],
    },
  ],
  'edgeconf-site:site': [
    {
      'site-id': 'plant',
      'imsi-definition': { mcc: '208', mnc: '93', enterprise: 1, format: 'CCCNNEEESSSSSSS' },
      'small-cell': [{ 'small-cell-id': 'cell-1', address: 'cell-1', tac: '0001' }],
      'connectivity-service': {
        'core-5g': { endpoint: ENDPOINTS.core },
        'ran-5g-service': { 'xapp-endpoint': ENDPOINTS.ran },
        'edgeconf-site-fabric:fabric': { endpoint: ENDPOINTS.fabric },
      },
      'edgeconf-site-ran:e2-node': [{ 'e2-node-id': E2_NODE, 'small-cell': ['cell-1'] }],
      'sim-card': [{ 'sim-id': 'sim-1', imsi: '208930010000001' }],
      device: [{ 'device-id': 'camera-1', 'sim-card': 'sim-1' }],
      'ip-domain': [{ 'ip-domain-id': 'cameras', dnn: 'internet', subnet: '10.41.0.0/24', 'dns-primary': '10.50.0.1' }],
      'device-group': [
        {
          'device-group-id': 'cameras',
          'ip-domain': 'cameras',
          mbr: { uplink: '50000000', downlink: '2000000' },
          'traffic-class': 'rest',
          device: [{ 'device-id': 'camera-1' }],
        },
      ],
      upf: [
        { 'upf-id': 'first', address: 'upf-1.plant.example', port: 8805, 'config-endpoint': ENDPOINTS.upf1 },
        { 'upf-id': 'second', address: 'upf-2.plant.example', port: 8805, 'config-endpoint': ENDPOINTS.upf2 },
      ],
      slice: [
        {
          'slice-id': 'vision',
          sst: '1',
          sd: '010203',
          'default-behavior': 'DENY-ALL',
          'device-group': [{ 'device-group': 'cameras' }],
          filter: [{ application: 'video-server', priority: 10 }],
          upf: 'first',
          xapp: { 'rrm-min': 20 },
          mbr: { uplink: '200000000', downlink: '20000000' },
        },
      ],
    },
  ],
} as const;
