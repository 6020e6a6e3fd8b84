// The row-wise difference of one staged set: what was before from the held nodes, what is after from the new ones.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

enum row_kind { ROW_LEAF, ROW_LEAF_LIST, ROW_PRESENCE, ROW_ANY, ROW_ORDER };

struct row {
  size_t path;
  size_t path_len;
  size_t value;
  size_t value_len;
  uint32_t seq;
  uint8_t kind;
  bool after;
};

struct rows {
  struct lyw_buf bytes;
  struct row *items;
  size_t count;
  size_t cap;
};

/* Rows of one call; the comparison function needs the bytes. */
static struct rows rows;

static struct row *begin_row(enum row_kind kind, bool after) {
  rows.items = lyw_grow(rows.items, &rows.cap, rows.count + 1, sizeof *rows.items);
  struct row *row = &rows.items[rows.count];
  memset(row, 0, sizeof *row);
  row->kind = (uint8_t)kind;
  row->after = after;
  row->seq = (uint32_t)rows.count++;
  row->path = rows.bytes.len;
  return row;
}

static void end_path(struct row *row) {
  row->path_len = rows.bytes.len - row->path;
  row->value = rows.bytes.len;
}

static void end_value(struct row *row) {
  row->value_len = rows.bytes.len - row->value;
}

static void add_node_row(const struct lyd_node *node, enum row_kind kind, bool after) {
  struct row *row = begin_row(kind, after);
  lyw_put_path(&rows.bytes, node);
  end_path(row);
  if (kind == ROW_LEAF) lyw_put_value(&rows.bytes, LYD_CTX(node), &((struct lyd_node_term *)node)->value);
  else if (kind == ROW_PRESENCE) lyw_put_text(&rows.bytes, "{}");
  else lyw_put_any(&rows.bytes, node);
  end_value(row);
}

static void add_group_row(const struct lyd_node *parent, const struct lysc_node *schema, bool after, const char *text, size_t len) {
  struct row *row = begin_row(schema->nodetype == LYS_LEAFLIST ? ROW_LEAF_LIST : ROW_ORDER, after);
  lyw_put_path_name(&rows.bytes, parent, schema);
  end_path(row);
  lyw_put(&rows.bytes, text, len);
  end_value(row);
}

static void add_current_group(const struct lyd_node *parent, const struct lyd_node *first, const struct lysc_node *schema, bool after) {
  struct lyw_buf text = {0};
  bool exists = schema->nodetype == LYS_LEAFLIST ? lyw_put_leaf_list(&text, first, schema) : lyw_put_order(&text, first, schema);
  if (exists) add_group_row(parent, schema, after, text.data, text.len);
  lyw_buf_free(&text);
}

static void collect(const struct lyw_tree *tree, const struct lyd_node *node, bool after);

static void collect_children(const struct lyw_tree *tree, const struct lyd_node *parent, bool after) {
  const struct lysc_node *group = NULL;
  for (const struct lyd_node *child = lyd_child(parent); child; child = child->next) {
    bool grouped = child->schema->nodetype == LYS_LEAFLIST || lyw_is_user_ordered(child->schema);
    // Touched groups are told from their snapshots.
    if (grouped && child->schema != group && !lyw_snapshot_find(tree, parent, child->schema)) {
      add_current_group(parent, child, child->schema, after);
    }
    group = child->schema;
    collect(tree, child, after);
  }
}

static void collect(const struct lyw_tree *tree, const struct lyd_node *node, bool after) {
  if (!after && (node->flags & LYW_INSERTED)) return;
  switch (node->schema->nodetype) {
  case LYS_LEAF:
    if (!(node->flags & LYD_DEFAULT)) add_node_row(node, ROW_LEAF, after);
    break;
  case LYS_CONTAINER:
    if (node->schema->flags & LYS_PRESENCE) add_node_row(node, ROW_PRESENCE, after);
    collect_children(tree, node, after);
    break;
  case LYS_LIST:
    collect_children(tree, node, after);
    break;
  case LYS_LEAFLIST:
    break;
  default:
    add_node_row(node, ROW_ANY, after);
  }
}

static void collect_value_step(const struct lyw_step *step) {
  const struct lyd_node *node = step->node;
  if (node->schema->nodetype != LYS_LEAF || (node->flags & LYD_DEFAULT)) return;
  struct row *row = begin_row(ROW_LEAF, false);
  lyw_put_path(&rows.bytes, node);
  end_path(row);
  lyw_put_value(&rows.bytes, LYD_CTX(node), &step->value);
  end_value(row);
  if (lyw_is_attached(node)) add_node_row(node, ROW_LEAF, true);
}

static void collect_all(const struct lyw_tree *tree) {
  for (size_t i = 0; i < tree->step_count; i++) {
    const struct lyw_step *step = &tree->steps[i];
    // What this stage itself had put in was not there before.
    if (step->kind == LYW_REMOVE && !lyw_in_inserted(step->node)) collect(tree, step->node, false);
    if (step->kind == LYW_INSERT && lyw_is_attached(step->node)) collect(tree, step->node, true);
    if (step->kind == LYW_VALUE) collect_value_step(step);
  }
  for (size_t i = 0; i < tree->snapshot_count; i++) {
    const struct lyw_snapshot *snapshot = &tree->snapshots[i];
    if (snapshot->existed) add_group_row(snapshot->parent, snapshot->schema, false, snapshot->text, snapshot->len);
    if (snapshot->parent && !lyw_is_attached(snapshot->parent)) continue;
    add_current_group(snapshot->parent, lyw_children(tree, snapshot->parent), snapshot->schema, true);
  }
}

static int compare_rows(const void *a, const void *b) {
  const struct row *one = a, *two = b;
  if (one->path_len != two->path_len) return one->path_len < two->path_len ? -1 : 1;
  int order = memcmp(rows.bytes.data + one->path, rows.bytes.data + two->path, one->path_len);
  if (order) return order;
  if (one->kind != two->kind) return one->kind < two->kind ? -1 : 1;
  if (one->after != two->after) return one->after ? 1 : -1;
  return one->seq < two->seq ? -1 : 1;
}

struct change {
  const struct row *before;
  const struct row *after;
};

static uint32_t first_seq(const struct change *change) {
  if (!change->before) return change->after->seq;
  if (!change->after || change->before->seq < change->after->seq) return change->before->seq;
  return change->after->seq;
}

static int compare_changes(const void *a, const void *b) {
  return first_seq(a) < first_seq(b) ? -1 : 1;
}

static bool same_value(const struct change *change) {
  return change->before && change->after && change->before->value_len == change->after->value_len &&
      memcmp(rows.bytes.data + change->before->value, rows.bytes.data + change->after->value, change->before->value_len) == 0;
}

static bool same_row(const struct row *one, const struct row *two) {
  return one->kind == two->kind && one->path_len == two->path_len &&
      memcmp(rows.bytes.data + one->path, rows.bytes.data + two->path, one->path_len) == 0;
}

static void emit_change(const struct change *change) {
  const struct row *any = change->before ? change->before : change->after;
  lyw_put_u8(&lyw_out, any->kind);
  lyw_put(&lyw_out, rows.bytes.data + any->path, any->path_len);
  if (any->kind == ROW_ORDER) {
    if (change->after) lyw_put(&lyw_out, rows.bytes.data + change->after->value, change->after->value_len);
    else lyw_put_u32(&lyw_out, 0);
    return;
  }
  lyw_put_u8(&lyw_out, (uint8_t)((change->before ? 1 : 0) | (change->after ? 2 : 0)));
  if (change->before) lyw_put_sized(&lyw_out, rows.bytes.data + change->before->value, change->before->value_len);
  if (change->after) lyw_put_sized(&lyw_out, rows.bytes.data + change->after->value, change->after->value_len);
}

void lyw_changes_emit(struct lyw_tree *tree) {
  rows.count = 0;
  rows.bytes.len = 0;
  collect_all(tree);
  if (rows.count) qsort(rows.items, rows.count, sizeof *rows.items, compare_rows);
  struct change *changes = malloc((rows.count + 1) * sizeof *changes);
  if (!changes) __builtin_trap();
  uint32_t count = 0;
  for (size_t i = 0; i < rows.count;) {
    struct change change = {0};
    size_t next = i;
    for (; next < rows.count && same_row(&rows.items[i], &rows.items[next]); next++) {
      if (rows.items[next].after) change.after = &rows.items[next];
      else if (!change.before) change.before = &rows.items[next];
    }
    if (!same_value(&change)) changes[count++] = change;
    i = next;
  }
  if (count) qsort(changes, count, sizeof *changes, compare_changes);
  lyw_put_u32(&lyw_out, count);
  for (uint32_t i = 0; i < count; i++) emit_change(&changes[i]);
  free(changes);
  if (rows.bytes.cap > (1u << 20)) {
    lyw_buf_free(&rows.bytes);
    free(rows.items);
    memset(&rows, 0, sizeof rows);
  }
}
