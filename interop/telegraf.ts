// Telegraf with its gNMI input, which only streams, and an output to the screen.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Checks, dialogue, repeatSteps, streamSteps } from './check.ts';
import type { Step } from './dialogue.ts';
import { leaf, type Target } from './target.ts';

export function telegraf(folder: string): Checks {
  const command = join(folder, 'telegraf');
  const stream = async (target: Target, mode: string, steps: readonly Step[]): Promise<void> => {
    const file = join(await mkdtemp(join(tmpdir(), 'edgeconf-telegraf-')), 'telegraf.conf');
    await writeFile(file, settings(target, mode));
    await dialogue(command, ['--config', file], steps);
  };
  return {
    on_change: async (target) => stream(target, 'on_change', await streamSteps(target)),
    sample: async (target) => stream(target, 'sample', await repeatSteps(target)),
    target_defined: async (target) => stream(target, 'target_defined', await streamSteps(target)),
  };
}

function settings(target: Target, mode: string): string {
  const tls = [
    'tls_enable = true',
    `tls_ca = "${target.ca}"`,
    ...(target.certificate ? [`tls_cert = "${target.certificate}"`, `tls_key = "${target.key}"`] : []),
  ];
  return `
[agent]
  flush_interval = "1s"
[[inputs.gnmi]]
  addresses = ["${target.address}"]
  username = "${target.user}"
  password = "${target.password}"
  target = "acme"
  encoding = "proto"
  ${target.ca === undefined ? '' : tls.join('\n  ')}
  [[inputs.gnmi.subscription]]
    name = "site"
    path = "${leaf}"
    subscription_mode = "${mode}"
    ${mode === 'sample' ? 'sample_interval = "1s"' : ''}
[[outputs.file]]
  files = ["stdout"]
  data_format = "influx"
`;
}
