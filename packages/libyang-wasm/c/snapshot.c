// What leaf-lists and user-ordered lists held before a stage touched them, found by parent and schema node.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct lyw_tree *tree, const struct lyd_node *parent, const struct lysc_node *schema) {
  uint32_t hash = ((uint32_t)(uintptr_t)parent * 2654435761u) ^ ((uint32_t)(uintptr_t)schema * 40503u);
  hash ^= hash >> 15;
  size_t at = hash & (tree->slot_cap - 1);
  while (tree->slots[at]) {
    const struct lyw_snapshot *snapshot = &tree->snapshots[tree->slots[at] - 1];
    if (snapshot->parent == parent && snapshot->schema == schema) break;
    at = (at + 1) & (tree->slot_cap - 1);
  }
  return at;
}

struct lyw_snapshot *lyw_snapshot_find(const struct lyw_tree *tree, const struct lyd_node *parent, const struct lysc_node *schema) {
  if (!tree->snapshot_count) return NULL;
  uint32_t index = tree->slots[slot_of(tree, parent, schema)];
  return index ? &tree->snapshots[index - 1] : NULL;
}

static void grow_slots(struct lyw_tree *tree) {
  if (tree->snapshot_count * 2 < tree->slot_cap) return;
  tree->slot_cap = tree->slot_cap ? tree->slot_cap * 2 : 64;
  free(tree->slots);
  tree->slots = calloc(tree->slot_cap, sizeof *tree->slots);
  if (!tree->slots) __builtin_trap();
  for (size_t i = 0; i < tree->snapshot_count; i++) {
    tree->slots[slot_of(tree, tree->snapshots[i].parent, tree->snapshots[i].schema)] = (uint32_t)i + 1;
  }
}

void lyw_snapshot_take(struct lyw_tree *tree, struct lyd_node *parent, const struct lysc_node *schema) {
  if (lyw_snapshot_find(tree, parent, schema)) return;
  struct lyw_buf text = {0};
  bool existed = false;
  // What an earlier edit of the same stage put in was not there before.
  if (!parent || !lyw_in_inserted(parent)) {
    const struct lyd_node *first = lyw_children(tree, parent);
    existed = schema->nodetype == LYS_LEAFLIST ? lyw_put_leaf_list(&text, first, schema) : lyw_put_order(&text, first, schema);
  }
  tree->snapshots = lyw_grow(tree->snapshots, &tree->snapshot_cap, tree->snapshot_count + 1, sizeof *tree->snapshots);
  tree->snapshots[tree->snapshot_count] = (struct lyw_snapshot){parent, schema, existed, text.data, text.len};
  grow_slots(tree);
  tree->slots[slot_of(tree, parent, schema)] = (uint32_t)++tree->snapshot_count;
}

void lyw_snapshots_clear(struct lyw_tree *tree) {
  for (size_t i = 0; i < tree->snapshot_count; i++) free(tree->snapshots[i].text);
  if (tree->snapshot_count > LYW_KEPT_STEPS) {
    free(tree->snapshots);
    free(tree->slots);
    tree->snapshots = NULL;
    tree->slots = NULL;
    tree->snapshot_cap = tree->slot_cap = 0;
  }
  tree->snapshot_count = 0;
  if (tree->slot_cap) memset(tree->slots, 0, tree->slot_cap * sizeof *tree->slots);
}
