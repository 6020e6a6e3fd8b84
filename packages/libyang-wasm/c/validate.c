// libyang's validation, compiled here with hooks, so that what validation does to a tree enters the journal.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "ly_common.h"
#include "plugins_internal.h"
#include "tree_data_internal.h"

struct lyw_tree *lyw_active;

/* Nodes that validation removes are held for undo instead of freed. */
static void hold_or_free(struct lyd_node *node) {
  if (!node) return;
  if (lyw_active && node->schema) lyw_journal_remove(lyw_active, node);
  else lyd_free_tree(node);
}

/* A union may resolve to another member because of a change elsewhere. */
static LY_ERR resolve_value(const struct ly_ctx *ctx, const struct lysc_type *type, struct lyd_value *value,
    const struct lyd_node *node, const struct lyd_node *tree) {
  if (!lyw_active || type->basetype != LY_TYPE_UNION || lyw_in_inserted(node)) {
    return lyd_value_validate_incomplete(ctx, type, value, node, tree);
  }
  struct lyd_value former;
  LY_ERR ret = type->plugin->duplicate(ctx, value, &former);
  if (ret) return ret;
  struct lyw_buf before = {0}, after = {0};
  lyw_put_value(&before, ctx, value);
  ret = lyd_value_validate_incomplete(ctx, type, value, node, tree);
  lyw_put_value(&after, ctx, value);
  if (before.len != after.len || memcmp(before.data, after.data, before.len) != 0) {
    lyw_journal_value(lyw_active, (struct lyd_node *)node, former);
  } else {
    type->plugin->free(ctx, &former);
  }
  lyw_buf_free(&before);
  lyw_buf_free(&after);
  return ret;
}

/* The error-app-tag of a must gets a mark, which tells the host which kind of rule was broken. */
static const char *mark_rule(const char *source_text, const char *app_tag) {
  static struct lyw_buf marked;
  if (strcmp(source_text, "eapptag") != 0) return app_tag;
  marked.len = 0;
  lyw_put_text(&marked, "must\n");
  lyw_put_text(&marked, app_tag);
  return marked.data;
}

#undef _GNU_SOURCE
#undef LOGVAL_APPTAG
#define LOGVAL_APPTAG(CTX, APPTAG, ...) ly_vlog(CTX, mark_rule(#APPTAG, APPTAG), __VA_ARGS__)
#define lyd_free_tree hold_or_free
#define lyd_value_validate_incomplete resolve_value
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#pragma clang diagnostic ignored "-Wsign-compare"
#include "validation.c"
#pragma clang diagnostic pop
#undef lyd_value_validate_incomplete
#undef lyd_free_tree

/* Stands where libyang writes its validation diff. Removals come by hold_or_free. */
LY_ERR lyd_val_diff_add(const struct lyd_node *node, enum lyd_diff_op op, struct lyd_node **UNUSED(diff)) {
  if (lyw_active && op == LYD_DIFF_OP_CREATE) lyw_journal_inserted(lyw_active, (struct lyd_node *)node);
  return LY_SUCCESS;
}

LY_ERR lyw_validate(struct lyw_tree *tree) {
  struct lyd_node *unused = NULL;
  LY_ERR ret = lyd_validate_all(&tree->root, tree->context->ctx, LYD_VALIDATE_NO_STATE | LYD_VALIDATE_MULTI_ERROR, &unused);
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  return ret;
}
