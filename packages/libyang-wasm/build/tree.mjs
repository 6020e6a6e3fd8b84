// The compiler's in-memory file tree: nested objects, a folder each.

/** Nested tree of flat paths. */
export function toTree(files) {
  const root = {};
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    const name = parts.pop();
    let folder = root;
    for (const part of parts) folder = folder[part] ??= {};
    folder[name] = content;
  }
  return root;
}

/** The bytes of a file at the top of a tree that a tool returned. */
export function lookUp(tree, name) {
  const content = tree[name];
  if (content === undefined || typeof content === 'string') throw new Error(`the compiler made no ${name}`);
  return content;
}
