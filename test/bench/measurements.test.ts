// Every measurement of the bench once, with tiny sizes: the figures are all there, and all of them are numbers.

import assert from 'node:assert/strict';
import { type Figures, names, runBench } from '../../bench/measurements.ts';
import type { Plan } from '../../bench/plan.ts';

const deadlineMs = 60_000;
const tinyPlan: Plan = {
  oneLeafCommit: { sizes: [3], edits: 10, warmUps: 1, deadlineMs },
  throughput: { entries: 20, tenants: 50, writers: 16, calls: 64, warmUps: 1, deadlineMs },
  bulkLoad: { entries: 200, idleCalls: 10, deadlineMs },
  leafrefs: { count: 30, deadlineMs },
  startUp: { entries: 20, deadlineMs },
  memory: { entries: 2_000, deadlineMs },
  fanOut: { subscribers: [1, 5], commits: 3, warmUps: 1, deadlineMs },
  access: { rules: [10], decideMs: 5, changes: 1, deadlineMs },
  get: { entries: 10, calls: 3, warmUps: 1, deadlineMs },
  isolation: { entries: 20, calls: 3, callers: 2, requestsPerSecond: 5, deadlineMs },
  southbound: { devices: [1, 3], commits: 3, warmUps: 1, groups: 12, deadlineMs },
};

/** The shape of a value: numbers become 'number' when they are finite. */
function shape(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

function numbers(...members: readonly string[]): Record<string, string> {
  return Object.fromEntries(members.map((name) => [name, 'number']));
}

describe('the bench', () => {
  let figures: Figures;
  const said: string[] = [];
  before(async function () {
    // A dozen services are started, which takes long on a machine that has other things to do.
    this.timeout(180_000);
    // Two at a time: no time counts here, and most of it is processes that start.
    const halves = [names.filter((_, i) => i % 2 === 0), names.filter((_, i) => i % 2 === 1)];
    const found = await Promise.all(halves.map((half) => runBench(tinyPlan, half, (line) => said.push(line))));
    figures = Object.assign({}, ...found);
  });

  it('reaches every figure of a run with tiny sizes', () => {
    assert.deepEqual(
      said.filter((line) => line.startsWith('not reached')),
      [],
    );
    const commit = numbers('commitP50Ms', 'commitP99Ms', 'gnmiP50Ms', 'gnmiP99Ms', 'syncP50Ms', 'noopRpcP50Ms');
    const bystander = numbers('setP50Ms', 'setP99Ms', 'readP99Ms', 'streamP99Ms', 'sets', 'reads');
    const loud = numbers('servedPerSecond', 'refusedPerSecond');
    const reach = numbers(
      ...['lastP50Ms', 'lastP99Ms', 'updatesPerSecond'],
      ...['noopRpcP50Ms', 'noopRpcRatio', 'encodeEachP50Ms', 'encodeEachRatio'],
    );
    const cost = numbers('p50Ms', 'p99Ms', 'answerBytes', 'noopRpcRatio', 'encodeP50Ms', 'encodeRatio');
    assert.deepEqual(shape(JSON.parse(JSON.stringify(figures))), {
      oneLeafCommit: { 3: commit },
      throughput: numbers('1x1', '1x16', '50x16', 'noopRpcPerSecond', 'noopRpcPerSecondAlone'),
      bulkLoad: {
        ...numbers('entries', 'seconds', 'setP50Ratio', 'setP99Ratio', 'readP99Ratio', 'streamP99Ratio'),
        idle: bystander,
        during: bystander,
        onePercent: numbers('seconds'),
      },
      onePercent: numbers('seconds'),
      leafrefs: numbers('count', 'toKeysSeconds', 'toNonKeyLeavesSeconds'),
      startUp: numbers('entries', 'readySeconds', 'firstGetSeconds', 'firstCommitSeconds'),
      memory: numbers(
        ...['leaves', 'bytesPerLeaf', 'heapBytesPerLeaf', 'externalBytesPerLeaf', 'linearMemoryBytesPerLeaf'],
        'restartedBytesPerLeaf',
      ),
      fanOut: { 1: reach, 5: reach },
      access: {
        10: numbers(
          ...['decisionsPerSecond', 'enforcePerSecond', 'ratio'],
          ...['changeCommitP50Ms', 'firstDecisionP50Ms'],
        ),
      },
      isolation: {
        idle: bystander,
        unlimited: { other: bystander, loud },
        budgeted: { other: bystander, loud },
        ...numbers('unlimitedP99Ratio', 'budgetedP99Ratio'),
      },
      southbound: {
        latency: {
          1: { ...numbers('p50Ms', 'p99Ms', 'firstSeconds'), besideDead: null },
          3: { ...numbers('p50Ms', 'p99Ms', 'firstSeconds'), besideDead: numbers('p50Ms', 'p99Ms') },
        },
        restart: numbers('groups', 'seconds'),
      },
      get: { noopRpcP50Ms: 'number', leaf: cost, entry: cost, largeSubtree: cost },
    });
  });

  it('says a table for each measurement', () => {
    assert.equal(said.filter((line) => line === '').length, names.length);
  });

  it('says what was not reached within its time, and goes on', async () => {
    const lines: string[] = [];
    const late = { ...tinyPlan, get: { ...tinyPlan.get, deadlineMs: 1 } };
    assert.deepEqual(await runBench(late, ['get'], (line) => lines.push(line)), { get: null });
    assert.equal(lines[0], 'not reached: Get: it takes longer than 0.001 s');
  });
});
