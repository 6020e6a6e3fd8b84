// The row-wise difference of one staged set, told in chunks: what was before from the held nodes, what is after from the new ones.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

enum row_kind { ROW_LEAF, ROW_LEAF_LIST, ROW_PRESENCE, ROW_ANY, ROW_ORDER };

/* A row as it was before the stage, kept until the row that stands at its path now is met. */
struct row {
  uint32_t hash;
  uint32_t path_len;
  uint32_t value_len;
  uint32_t chain;
  size_t path; /* the value follows it */
  uint8_t kind;
  bool met;
};

enum phase { BEFORE, BEFORE_GROUPS, AFTER, AFTER_GROUPS, GONE, END };

struct lyw_emit {
  struct lyw_tree *tree;
  enum phase phase;
  size_t at;            /* step, snapshot or row of the phase */
  struct lyd_node *node; /* where the walk through a step's subtree stands */
  struct lyw_buf bytes; /* paths and values of the rows before */
  struct row *rows;
  size_t row_count;
  size_t row_cap;
  struct lyw_slots slots;
  struct lyw_buf path; /* of the row at hand */
  struct lyw_buf value;
  const struct lyd_node *parent; /* the node whose path `prefix` holds */
  struct lyw_buf prefix;
  uint32_t depth; /* elements in the prefix */
  uint32_t count; /* changes in this chunk */
};

static uint32_t hash_of(const struct lyw_emit *emit, enum row_kind kind) {
  uint32_t hash = 2166136261u ^ (uint32_t)kind;
  for (size_t i = 0; i < emit->path.len; i++) hash = (hash ^ (unsigned char)emit->path.data[i]) * 16777619u;
  return hash ^ (hash >> 15);
}

static uint32_t hash_row(const void *row) {
  return ((const struct row *)row)->hash;
}

/* The row before with the path at hand, or NULL. */
static struct row *find_row(const struct lyw_emit *emit, enum row_kind kind, uint32_t hash) {
  for (uint32_t link = lyw_slots_first(&emit->slots, hash); link; link = emit->rows[link - 1].chain) {
    struct row *row = &emit->rows[link - 1];
    if (row->hash == hash && row->kind == kind && row->path_len == emit->path.len &&
        memcmp(emit->bytes.data + row->path, emit->path.data, emit->path.len) == 0) return row;
  }
  return NULL;
}

/* The row at hand was there before; what an earlier step told of it counts. */
static void put_before(struct lyw_emit *emit, enum row_kind kind) {
  uint32_t hash = hash_of(emit, kind);
  if (find_row(emit, kind, hash)) return;
  emit->rows = lyw_grow(emit->rows, &emit->row_cap, emit->row_count + 1, sizeof *emit->rows);
  emit->rows[emit->row_count] = (struct row){.hash = hash, .path_len = (uint32_t)emit->path.len, .value_len = (uint32_t)emit->value.len,
      .path = emit->bytes.len, .kind = (uint8_t)kind};
  struct lyw_items items = {emit->rows, sizeof *emit->rows, offsetof(struct row, chain), hash_row};
  lyw_slots_add(&emit->slots, items, (uint32_t)emit->row_count++);
  lyw_put(&emit->bytes, emit->path.data, emit->path.len);
  lyw_put(&emit->bytes, emit->value.data, emit->value.len);
}

static void put_change(struct lyw_emit *emit, enum row_kind kind, const struct lyw_buf *path, const char *before, size_t before_len,
    const char *after, size_t after_len) {
  emit->count++;
  lyw_put_u8(&lyw_out, kind);
  lyw_put(&lyw_out, path->data, path->len);
  if (kind == ROW_ORDER) {
    if (after) lyw_put(&lyw_out, after, after_len);
    else lyw_put_u32(&lyw_out, 0);
    return;
  }
  lyw_put_u8(&lyw_out, (uint8_t)((before ? 1 : 0) | (after ? 2 : 0)));
  if (before) lyw_put_sized(&lyw_out, before, before_len);
  if (after) lyw_put_sized(&lyw_out, after, after_len);
}

/* The row at hand is there now. */
static void put_after(struct lyw_emit *emit, enum row_kind kind) {
  struct row *row = emit->row_count ? find_row(emit, kind, hash_of(emit, kind)) : NULL;
  const char *before = row ? emit->bytes.data + row->path + row->path_len : NULL;
  if (row) {
    bool told = row->met;
    row->met = true;
    if (told || (row->value_len == emit->value.len && memcmp(before, emit->value.data, emit->value.len) == 0)) return;
  }
  put_change(emit, kind, &emit->path, before, row ? row->value_len : 0, emit->value.data, emit->value.len);
}

static void put_row(struct lyw_emit *emit, enum row_kind kind) {
  if (emit->phase < AFTER) put_before(emit, kind);
  else put_after(emit, kind);
}

/* Siblings share all of their path but the name. */
static void set_path(struct lyw_emit *emit, const struct lyd_node *parent, const struct lysc_node *schema) {
  if (!emit->prefix.data || emit->parent != parent) {
    emit->prefix.len = 0;
    emit->depth = lyw_put_path(&emit->prefix, parent);
    emit->parent = parent;
  }
  emit->path.len = 0;
  lyw_put(&emit->path, emit->prefix.data, emit->prefix.len);
  uint32_t count = emit->depth + 1;
  memcpy(emit->path.data, &count, 4);
  lyw_put_last_name(&emit->path, parent, schema);
}

static void put_node(struct lyw_emit *emit, const struct lyd_node *node, enum row_kind kind) {
  set_path(emit, lyw_parent(node), node->schema);
  emit->value.len = 0;
  if (kind == ROW_LEAF) lyw_put_value(&emit->value, LYD_CTX(node), &((struct lyd_node_term *)node)->value);
  else if (kind == ROW_PRESENCE) lyw_put_text(&emit->value, "{}");
  else lyw_put_any(&emit->value, node);
  put_row(emit, kind);
}

static enum row_kind group_kind(const struct lysc_node *schema) {
  return schema->nodetype == LYS_LEAFLIST ? ROW_LEAF_LIST : ROW_ORDER;
}

static void put_group(struct lyw_emit *emit, const struct lyd_node *parent, const struct lyd_node *first, const struct lysc_node *schema) {
  emit->value.len = 0;
  bool leaves = schema->nodetype == LYS_LEAFLIST;
  if (leaves ? !lyw_put_leaf_list(&emit->value, first, schema) : !lyw_put_order(&emit->value, first, schema)) return;
  set_path(emit, parent, schema);
  put_row(emit, group_kind(schema));
}

/* The node's own row, and at the first entry that of its leaf-list or user-ordered list. False: nothing below it is told. */
static bool put_rows(struct lyw_emit *emit, const struct lyd_node *node, const struct lyd_node *root) {
  const struct lyd_node *parent = lyw_parent(node);
  const struct lysc_node *schema = node->schema;
  bool grouped = schema->nodetype == LYS_LEAFLIST || lyw_is_user_ordered(schema);
  // Touched groups are told from their snapshots, and that of the root itself was touched.
  if (grouped && node != root && (!node->prev->next || node->prev->schema != schema) && !lyw_snapshot_find(emit->tree, parent, schema)) {
    put_group(emit, parent, node, schema);
  }
  if (emit->phase < AFTER && node->flags & LYW_INSERTED) return false;
  switch (schema->nodetype) {
  case LYS_LEAF:
    if (!(node->flags & LYD_DEFAULT)) put_node(emit, node, ROW_LEAF);
    return false;
  case LYS_CONTAINER:
    if (schema->flags & LYS_PRESENCE) put_node(emit, node, ROW_PRESENCE);
    return true;
  case LYS_LIST:
    return true;
  case LYS_LEAFLIST:
    return false;
  default:
    put_node(emit, node, ROW_ANY);
    return false;
  }
}

static bool is_full(const struct lyw_emit *emit) {
  return emit->tree->left <= 0 || emit->count >= emit->tree->chunk_changes || lyw_out.len >= emit->tree->chunk_bytes;
}

/* Goes on through a step's subtree; false: this slice or chunk is full. */
static bool put_subtree(struct lyw_emit *emit, struct lyd_node *root) {
  struct lyd_node *node = emit->node ? emit->node : root;
  while (node) {
    emit->tree->left -= 2;
    bool down = put_rows(emit, node, root);
    node = lyw_next_in(node, root, down);
    if (node && is_full(emit)) {
      emit->node = node;
      return false;
    }
  }
  emit->node = NULL;
  return true;
}

/* The value that a leaf had; a leaf-list's values stand in its snapshot. */
static void put_former(struct lyw_emit *emit, const struct lyw_step *step) {
  const struct lyd_node *node = step->node;
  if (node->schema->nodetype != LYS_LEAF || (node->flags & LYD_DEFAULT)) return;
  set_path(emit, lyw_parent(node), node->schema);
  emit->value.len = 0;
  lyw_put_value(&emit->value, LYD_CTX(node), &step->value);
  put_row(emit, ROW_LEAF);
}

/* Whether the subtree is told with one that came around it. */
static bool is_told_above(const struct lyd_node *node) {
  const struct lyd_node *parent = lyw_parent(node);
  return parent && lyw_in_inserted(parent);
}

static bool put_step(struct lyw_emit *emit, const struct lyw_step *step) {
  struct lyd_node *node = step->node;
  if (emit->phase == BEFORE) {
    // What this stage itself had put in was not there before.
    if (step->kind == LYW_REMOVE && !lyw_in_inserted(node)) return put_subtree(emit, node);
    if (step->kind == LYW_VALUE) put_former(emit, step);
  } else if (lyw_is_attached(node)) {
    if (step->kind == LYW_INSERT && (emit->node || !is_told_above(node))) return put_subtree(emit, node);
    if (step->kind == LYW_VALUE && node->schema->nodetype == LYS_LEAF && !(node->flags & LYD_DEFAULT)) put_node(emit, node, ROW_LEAF);
  }
  return true;
}

static void put_snapshot(struct lyw_emit *emit, const struct lyw_snapshot *snapshot) {
  if (emit->phase == AFTER_GROUPS) {
    if (snapshot->parent && !lyw_is_attached(snapshot->parent)) return;
    put_group(emit, snapshot->parent, lyw_children(emit->tree, snapshot->parent), snapshot->schema);
  } else if (snapshot->existed) {
    emit->value.len = 0;
    lyw_put(&emit->value, snapshot->text, snapshot->len);
    set_path(emit, snapshot->parent, snapshot->schema);
    put_row(emit, group_kind(snapshot->schema));
  }
}

static void put_gone(struct lyw_emit *emit, const struct row *row) {
  if (row->met) return;
  const char *path = emit->bytes.data + row->path;
  struct lyw_buf view = {(char *)path, row->path_len, row->path_len};
  put_change(emit, row->kind, &view, path + row->path_len, row->value_len, NULL, 0);
}

static size_t size_of(const struct lyw_emit *emit) {
  switch (emit->phase) {
  case BEFORE:
  case AFTER:
    return emit->tree->step_count;
  case BEFORE_GROUPS:
  case AFTER_GROUPS:
    return emit->tree->snapshot_count;
  default:
    return emit->row_count;
  }
}

/* False: the subtree of the step is not at its end. */
static bool put_next(struct lyw_emit *emit) {
  switch (emit->phase) {
  case BEFORE:
  case AFTER:
    return put_step(emit, &emit->tree->steps[emit->at]);
  case BEFORE_GROUPS:
  case AFTER_GROUPS:
    put_snapshot(emit, &emit->tree->snapshots[emit->at]);
    return true;
  default:
    put_gone(emit, &emit->rows[emit->at]);
    return true;
  }
}

struct lyw_emit *lyw_emit_new(struct lyw_tree *tree) {
  struct lyw_emit *emit = calloc(1, sizeof *emit);
  if (!emit) __builtin_trap();
  emit->tree = tree;
  return emit;
}

void lyw_emit_free(struct lyw_emit *emit) {
  if (!emit) return;
  lyw_buf_free(&emit->bytes);
  lyw_buf_free(&emit->path);
  lyw_buf_free(&emit->value);
  lyw_buf_free(&emit->prefix);
  free(emit->rows);
  lyw_slots_free(&emit->slots);
  free(emit);
}

bool lyw_emit_step(struct lyw_emit *emit) {
  emit->count = 0;
  lyw_put_u32(&lyw_out, 0);
  while (emit->phase != END && !is_full(emit)) {
    if (emit->at >= size_of(emit)) {
      emit->phase++;
      emit->at = 0;
      continue;
    }
    emit->tree->left--;
    if (put_next(emit)) emit->at++;
  }
  if (emit->count) memcpy(lyw_out.data, &emit->count, 4);
  else lyw_out.len = 0;
  return emit->phase == END;
}
