// Prints a tree or a subtree as RFC 7951 JSON.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

static void print_nodes(const struct lyd_node *node, uint32_t options) {
  char *text = NULL;
  if (lyd_print_mem(&text, node, LYD_JSON, options | LYD_PRINT_SHRINK) || !text) __builtin_trap();
  size_t len = strlen(text);
  while (len && text[len - 1] == '\n') len--;
  lyw_put(&lyw_out, text, len);
  free(text);
}

/* Puts the array items of {"m:name":[<item>]}, which libyang prints for one entry. */
static void print_entry(const struct lyd_node *node, uint32_t options) {
  char *text = NULL;
  if (lyd_print_mem(&text, node, LYD_JSON, options | LYD_PRINT_SHRINK) || !text) __builtin_trap();
  char *open = strchr(text, '[');
  char *close = strrchr(text, ']');
  if (open && close) lyw_put(&lyw_out, open + 1, (size_t)(close - open - 1));
  free(text);
}

/* All entries of a list or a leaf-list. */
static void print_group(const struct lyd_node *first, const struct lysc_node *schema, uint32_t options) {
  struct lyd_node *entry = NULL;
  bool any = false;
  if (first) lyd_find_sibling_val(first, schema, NULL, 0, &entry);
  for (; entry && entry->schema == schema; entry = entry->next) {
    if ((entry->flags & LYD_DEFAULT) && !(options & LYD_PRINT_WD_ALL)) continue;
    if (any) {
      lyw_put_u8(&lyw_out, ',');
    } else {
      lyw_put_text(&lyw_out, "{\"");
      lyw_put_text(&lyw_out, schema->module->name);
      lyw_put_u8(&lyw_out, ':');
      lyw_put_text(&lyw_out, schema->name);
      lyw_put_text(&lyw_out, "\":[");
    }
    if (schema->nodetype == LYS_LEAFLIST) lyw_put_value(&lyw_out, schema->module->ctx, &((struct lyd_node_term *)entry)->value);
    else print_entry(entry, options);
    any = true;
  }
  if (any) lyw_put_text(&lyw_out, "]}");
}

static void print_path(struct lyw_tree *tree, const struct lyw_path *path, uint32_t options, struct lyw_report *report) {
  const struct lyw_elem *last = &path->elems[path->count - 1];
  bool instance = last->schema->nodetype == LYS_CONTAINER || (last->schema->nodetype == LYS_LIST && last->key_count != UINT32_MAX);
  uint32_t count = instance ? path->count : path->count - 1;
  struct lyd_node **chain = calloc(path->count + 1, sizeof *chain);
  if (!chain) __builtin_trap();
  struct lyd_node *parent = NULL;
  bool found = true;
  if (lyw_path_chain(path, count, chain, tree, report, -1)) {
    for (uint32_t i = 0; i < count && found; i++) {
      parent = lyw_find(tree, parent, chain[i]);
      found = parent != NULL;
    }
    if (count) lyd_free_tree(chain[0]);
    if (found && instance) {
      print_nodes(parent, options);
    } else if (found && (last->schema->nodetype & (LYS_LIST | LYS_LEAFLIST))) {
      print_group(lyw_children(tree, parent), last->schema, options);
    } else if (found) {
      struct lyd_node *node = NULL;
      const struct lyd_node *siblings = lyw_children(tree, parent);
      if (siblings) lyd_find_sibling_val(siblings, last->schema, NULL, 0, &node);
      if (node && (!(node->flags & LYD_DEFAULT) || (options & LYD_PRINT_WD_ALL))) print_nodes(node, options);
    }
  }
  free(chain);
}

/* Packed path; emits the text. A path that the model does not have or whose keys are refused gives no text. */
void LYW_EXPORT(lyw_tree_print)(struct lyw_tree *tree, const char *input, size_t len, uint32_t all_defaults);
void lyw_tree_print(struct lyw_tree *tree, const char *input, size_t len, uint32_t all_defaults) {
  lyw_top_use(tree);
  struct lyw_in in = {input, input + len};
  struct lyw_report report = {0};
  struct lyw_path path = {0};
  uint32_t options = all_defaults ? LYD_PRINT_WD_ALL : LYD_PRINT_WD_EXPLICIT;
  lyw_out.len = 0;
  if (lyw_path_read(&path, &in, tree, &report, -1)) {
    if (path.count) print_path(tree, &path, options, &report);
    else if (tree->root) print_nodes(tree->root, options | LYD_PRINT_WITHSIBLINGS);
    else lyw_put_text(&lyw_out, "{}");
  }
  ly_err_clean(tree->context->ctx, NULL);
  lyw_path_free(&path);
  lyw_buf_free(&report.buf);
}
