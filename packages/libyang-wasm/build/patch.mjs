// Applies a unified diff strictly: every context line must match at its very place, else it throws.

/**
 * @param {Map<string, Uint8Array>} files source files by path without the top folder; changed in place
 * @param {string} diff unified diff whose paths have one top folder
 * @param {(path: string) => boolean} wanted which files to patch; sections of others are skipped
 * @returns {string[]} the paths that were patched
 */
export function applyPatch(files, diff, wanted) {
  const lines = diff.split('\n');
  const patched = [];
  let at = 0;
  while (at < lines.length) {
    if (!(lines[at].startsWith('--- ') && lines[at + 1]?.startsWith('+++ ') && lines[at + 2]?.startsWith('@@ '))) {
      at += 1;
      continue;
    }
    const path = lines[at + 1].slice(4).split('\t')[0].trim().split('/').slice(1).join('/');
    at += 2;
    const hunks = [];
    while (lines[at]?.startsWith('@@ ')) {
      const hunk = readHunk(lines, at, path);
      hunks.push(hunk);
      at = hunk.next;
    }
    if (!wanted(path)) continue;
    const old = files.get(path);
    if (!old) throw new Error(`the patch changes ${path}, which the archive does not hold`);
    files.set(path, Buffer.from(patchText(Buffer.from(old).toString('latin1'), hunks, path), 'latin1'));
    patched.push(path);
  }
  return patched;
}

function readHunk(lines, at, path) {
  const head = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[at]);
  if (!head) throw new Error(`bad hunk header for ${path}: ${lines[at]}`);
  let oldLeft = Number(head[2] ?? 1);
  let newLeft = Number(head[3] ?? 1);
  const start = Number(head[1]);
  const body = [];
  let next = at + 1;
  while (oldLeft > 0 || newLeft > 0) {
    const line = lines[next];
    if (line === undefined) throw new Error(`the patch of ${path} ends in the middle of a hunk`);
    const mark = line[0] ?? ' ';
    if (mark !== '+') oldLeft -= 1;
    if (mark !== '-') newLeft -= 1;
    if (mark !== ' ' && mark !== '+' && mark !== '-') throw new Error(`bad patch line for ${path}: ${line}`);
    body.push({ mark, text: line.slice(1) });
    next += 1;
  }
  if (lines[next]?.startsWith('\\')) next += 1;
  return { start, empty: Number(head[2] ?? 1) === 0, body, next };
}

function patchText(text, hunks, path) {
  const old = text.split('\n');
  const out = [];
  let from = 0;
  for (const { start, empty, body } of hunks) {
    const at = empty ? start : start - 1;
    if (at < from) throw new Error(`overlapping hunks for ${path}`);
    out.push(...old.slice(from, at));
    from = at;
    for (const { mark, text: line } of body) {
      if (mark === '+') {
        out.push(line);
        continue;
      }
      if (old[from] !== line) {
        throw new Error(`the patch does not fit ${path} at line ${from + 1}: expected "${line}", found "${old[from]}"`);
      }
      if (mark === ' ') out.push(line);
      from += 1;
    }
  }
  out.push(...old.slice(from));
  return out.join('\n');
}
