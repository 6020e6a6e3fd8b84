// The indexes of a tree: nodes by value below a scope, list entries by their unique tuple, and how many entries a list has.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

static uint32_t mix(uint32_t hash, uint32_t value) {
  hash ^= value * 0x9e3779b1u;
  hash = (hash << 13) | (hash >> 19);
  return hash * 0x85ebca6bu;
}

static uint32_t hash_of(const struct lyw_index *index, const struct lyd_node *scope, const char *value) {
  uint32_t hash = mix(mix(mix(17, index->id), (uint32_t)(uintptr_t)scope), (uint32_t)(uintptr_t)value);
  return hash ^ (hash >> 15);
}

static struct lyw_entry **bucket_of(const struct lyw_tree *tree, uint32_t hash) {
  return &tree->buckets[lyw_slot_of(tree->bucket_count, tree->bucket_mask, hash)];
}

/* One bucket more takes over a part of another's values. */
static void grow_table(struct lyw_tree *tree) {
  if (tree->entry_count < tree->bucket_count) return;
  if (!tree->bucket_count) {
    tree->bucket_count = 64;
    tree->bucket_mask = 63;
    tree->buckets = calloc(tree->bucket_count, sizeof *tree->buckets);
    if (!tree->buckets) __builtin_trap();
    return;
  }
  if (tree->bucket_count > tree->bucket_mask) {
    tree->bucket_mask = tree->bucket_mask * 2 + 1;
    tree->buckets = realloc(tree->buckets, (tree->bucket_mask + (size_t)1) * sizeof *tree->buckets);
    if (!tree->buckets) __builtin_trap();
  }
  uint32_t made = tree->bucket_count++;
  struct lyw_entry **from = &tree->buckets[made & (tree->bucket_mask >> 1)], **to = &tree->buckets[made];
  *to = NULL;
  while (*from) {
    struct lyw_entry *entry = *from;
    if (bucket_of(tree, entry->hash) == to) {
      *from = entry->chain;
      entry->chain = *to;
      *to = entry;
    } else {
      from = &entry->chain;
    }
  }
}

struct lyw_entry *lyw_index_find(const struct lyw_tree *tree, const struct lyw_index *index, const struct lyd_node *scope, const char *value) {
  if (!tree->bucket_count) return NULL;
  uint32_t hash = hash_of(index, scope, value);
  struct lyw_entry *entry = *bucket_of(tree, hash);
  while (entry && (entry->hash != hash || entry->index != index || entry->scope != scope || entry->value != value)) entry = entry->chain;
  return entry;
}

/* Takes over a reference to the value. */
static struct lyw_entry *put(struct lyw_tree *tree, const struct lyw_index *index, struct lyd_node *node, const struct lyd_node *scope,
    const char *value) {
  grow_table(tree);
  struct lyw_entry *entry = calloc(1, sizeof *entry);
  if (!entry) __builtin_trap();
  *entry = (struct lyw_entry){.node = node, .index = index, .scope = scope, .value = value, .count = 1};
  entry->hash = hash_of(index, scope, value);
  struct lyw_entry *head = lyw_index_find(tree, index, scope, value);
  if (head) {
    entry->next = head->next;
    entry->prev = head;
    if (head->next) head->next->prev = entry;
    head->next = entry;
    head->count++;
  } else {
    struct lyw_entry **bucket = bucket_of(tree, entry->hash);
    entry->chain = *bucket;
    *bucket = entry;
  }
  entry->of_node = node->priv;
  node->priv = entry;
  tree->entry_count++;
  return entry;
}

static void drop(struct lyw_tree *tree, struct lyw_entry *entry) {
  if (entry->prev) {
    struct lyw_entry *head = lyw_index_find(tree, entry->index, entry->scope, entry->value);
    head->count--;
    entry->prev->next = entry->next;
    if (entry->next) entry->next->prev = entry->prev;
  } else {
    struct lyw_entry **at = bucket_of(tree, entry->hash);
    while (*at != entry) at = &(*at)->chain;
    if (entry->next) {
      entry->next->prev = NULL;
      entry->next->count = entry->count - 1;
      entry->next->chain = entry->chain;
      *at = entry->next;
    } else {
      *at = entry->chain;
    }
  }
  lydict_remove(tree->context->ctx, entry->value);
  free(entry);
  tree->entry_count--;
}

/* Drops the node's entries: all, or those of one index. */
static void drop_node(struct lyw_tree *tree, struct lyd_node *node, const struct lyw_index *only) {
  struct lyw_entry *kept = NULL;
  if (node->flags & LYW_HELD) return;
  for (struct lyw_entry *entry = node->priv, *rest; entry; entry = rest) {
    rest = entry->of_node;
    if (only && entry->index != only) {
      entry->of_node = kept;
      kept = entry;
    } else {
      drop(tree, entry);
    }
  }
  node->priv = kept;
}

static const char *keep_text(const struct lyw_tree *tree, const char *text) {
  const char *kept;
  if (lydict_insert(tree->context->ctx, text, 0, &kept)) __builtin_trap();
  return kept;
}

static void put_value(struct lyw_tree *tree, struct lyd_node *node, const struct lyw_index *index) {
  const char *value = index->kind == LYW_BY_PARENT ? "" : lyd_get_value(node);
  put(tree, index, node, index->scope ? lyw_ancestor(node, index->scope) : NULL, keep_text(tree, value));
}

static struct lyd_node *find_leaf(struct lyd_node *node, const struct lysc_node *leaf) {
  if (node->schema == leaf) return node;
  const struct lysc_node *parent = lysc_data_parent(leaf);
  struct lyd_node *above = parent == node->schema ? node : find_leaf(node, parent), *found = NULL;
  if (above) lyd_find_sibling_val(lyd_child(above), leaf, NULL, 0, &found);
  return found;
}

/* The joined values of a unique statement, NULL if one is missing. What hangs at `without` is about to go. */
static const char *tuple_of(struct lyw_tree *tree, struct lyd_node *entry, const struct lyw_index *index, const struct lyd_node *without) {
  struct lyw_buf text = {0};
  LY_ARRAY_COUNT_TYPE v;
  LY_ARRAY_FOR(index->leaves, v) {
    const struct lyd_node *leaf = find_leaf(entry, &index->leaves[v]->node);
    for (const struct lyd_node *node = leaf; without && node && node != entry; node = lyd_parent(node)) {
      if (node == without) leaf = NULL;
    }
    const struct lyd_value *value = leaf ? &((const struct lyd_node_term *)leaf)->value : index->leaves[v]->dflt;
    if (!value) {
      lyw_buf_free(&text);
      return NULL;
    }
    // The text of a single value is in the dictionary already.
    if (v) lyw_put_u8(&text, '\x1f');
    lyw_put_text(&text, lyd_value_get_canonical(tree->context->ctx, value));
  }
  const char *kept = keep_text(tree, text.data);
  lyw_buf_free(&text);
  return kept;
}

static struct lyw_entry *put_tuple(struct lyw_tree *tree, struct lyd_node *entry, const struct lyw_index *index, const struct lyd_node *without) {
  drop_node(tree, entry, index);
  const char *value = tuple_of(tree, entry, index, without);
  return value ? put(tree, index, entry, lyd_parent(entry), value) : NULL;
}

struct lyw_entry *lyw_index_tuple(struct lyw_tree *tree, struct lyd_node *entry, const struct lyw_index *index) {
  struct lyw_entry *made = put_tuple(tree, entry, index, NULL);
  return made ? lyw_index_find(tree, index, made->scope, made->value) : NULL;
}

/* The tuples of list entries above, of which the leaf is a part. */
static void update_tuples(struct lyw_tree *tree, struct lyd_node *leaf, const struct lyd_node *root, bool gone) {
  const struct lyw_schema *schema = lyw_schema_of(leaf);
  for (size_t i = 0; i < schema->tuple_count; i++) {
    struct lyd_node *entry = lyw_ancestor(leaf, schema->tuples[i]->node);
    bool inside = false;
    for (struct lyd_node *node = entry; node && !inside; node = lyd_parent(node)) inside = node == root;
    if (entry && !inside) put_tuple(tree, entry, schema->tuples[i], gone ? root : NULL);
  }
}

static void add_node(struct lyw_tree *tree, struct lyd_node *node, struct lyd_node *root) {
  const struct lyw_schema *schema = lyw_schema_of(node);
  for (size_t i = 0; i < schema->index_count; i++) {
    if (schema->indexes[i]->kind == LYW_BY_TUPLE) put_tuple(tree, node, schema->indexes[i], NULL);
    else put_value(tree, node, schema->indexes[i]);
  }
  if (schema->tuple_count) update_tuples(tree, node, root, false);
}

static void remove_node(struct lyw_tree *tree, struct lyd_node *node, struct lyd_node *root) {
  const struct lyw_schema *schema = lyw_schema_of(node);
  if (schema->index_count) drop_node(tree, node, NULL);
  if (schema->tuple_count) update_tuples(tree, node, root, true);
}

/* Goes on through the subtree; false: the slice is used up. */
static bool go_on(struct lyw_tree *tree, struct lyd_node *root, void (*one)(struct lyw_tree *, struct lyd_node *, struct lyd_node *)) {
  if (!tree->incremental) return true;
  for (struct lyd_node *node = tree->walk ? tree->walk : root; node;) {
    const struct lyw_schema *schema = lyw_schema_of(node);
    bool marked = schema && schema->marked;
    if (marked) one(tree, node, root);
    node = lyw_next_in(node, root, marked);
    if (--tree->left <= 0 && node) {
      tree->walk = node;
      return false;
    }
  }
  tree->walk = NULL;
  return true;
}

bool lyw_index_add_step(struct lyw_tree *tree, struct lyd_node *root) {
  return go_on(tree, root, add_node);
}

bool lyw_index_remove_step(struct lyw_tree *tree, struct lyd_node *root) {
  return go_on(tree, root, remove_node);
}

void lyw_index_add(struct lyw_tree *tree, struct lyd_node *root) {
  int64_t left = tree->left;
  tree->left = INT64_MAX;
  go_on(tree, root, add_node);
  tree->left = left;
}

void lyw_index_remove(struct lyw_tree *tree, struct lyd_node *root) {
  int64_t left = tree->left;
  tree->left = INT64_MAX;
  go_on(tree, root, remove_node);
  tree->left = left;
}

/* After a value was written another way. */
void lyw_index_again(struct lyw_tree *tree, struct lyd_node *leaf) {
  if (!tree->incremental) return;
  drop_node(tree, leaf, NULL);
  lyw_index_add(tree, leaf);
}

void lyw_index_free(struct lyw_tree *tree) {
  for (size_t i = 0; i < tree->bucket_count; i++) {
    for (struct lyw_entry *head = tree->buckets[i], *rest; head; head = rest) {
      rest = head->chain;
      for (struct lyw_entry *entry = head, *next; entry; entry = next) {
        next = entry->next;
        lydict_remove(tree->context->ctx, entry->value);
        free(entry);
      }
    }
  }
  free(tree->buckets);
  tree->buckets = NULL;
  tree->bucket_count = tree->bucket_mask = 0;
  tree->entry_count = 0;
}
