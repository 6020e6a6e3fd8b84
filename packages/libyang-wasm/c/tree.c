// Data trees that live on: load, stage, keep, undo, validate, print.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

struct lyw_tree *LYW_EXPORT(lyw_tree_new)(struct lyw_context *context);
struct lyw_tree *lyw_tree_new(struct lyw_context *context) {
  struct lyw_tree *tree = calloc(1, sizeof *tree);
  if (!tree) __builtin_trap();
  tree->context = context;
  return tree;
}

static void begin(struct lyw_tree *tree) {
  lyw_out.len = 0;
  ly_err_clean(tree->context->ctx, NULL);
}

static void validate_into(struct lyw_tree *tree, struct lyw_report *report) {
  LY_ERR ret = lyw_validate(tree);
  uint32_t before = report->count;
  if (ret) lyw_report_collect(report, tree->context->ctx, NULL, -1);
  if (ret && report->count == before) lyw_report_own(report, "operation-failed", "", "The data cannot be validated.", "/", -1);
  ly_err_clean(tree->context->ctx, NULL);
}

/* libyang stops validating below a refused value: what else is wrong is found by staging the same data on an empty tree. */
static void find_all(struct lyw_tree *tree, const char *json, struct lyw_report *report) {
  lyw_active = tree;
  if (lyw_edit_root(tree, json, report)) validate_into(tree, report);
  lyw_active = NULL;
  lyw_journal_undo(tree);
}

/* Parses and validates top-level JSON; emits the violations. */
void LYW_EXPORT(lyw_tree_load)(struct lyw_tree *tree, const char *json);
void lyw_tree_load(struct lyw_tree *tree, const char *json) {
  struct ly_ctx *ctx = tree->context->ctx;
  struct lyw_report report = {0};
  struct ly_in *in = NULL;
  begin(tree);
  lyd_free_all(tree->root);
  tree->root = NULL;
  if (ly_in_new_memory(json, &in)) __builtin_trap();
  LY_ERR ret = lyd_parse_data(ctx, NULL, in, LYD_JSON, LYD_PARSE_STRICT | LYD_PARSE_NO_STATE,
      LYD_VALIDATE_NO_STATE | LYD_VALIDATE_MULTI_ERROR, &tree->root);
  ly_in_free(in, 0);
  if (ret) {
    struct lyw_report partial = {0};
    lyw_report_collect(&partial, ctx, "/", -1);
    lyd_free_all(tree->root);
    tree->root = NULL;
    find_all(tree, json, &report);
    if (report.count) {
      lyw_buf_free(&partial.buf);
    } else {
      lyw_buf_free(&report.buf);
      report = partial;
    }
    if (!report.count) lyw_report_own(&report, "malformed-message", "", "The JSON value cannot be read.", "/", -1);
  }
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  ly_err_clean(ctx, NULL);
  lyw_report_emit(&report);
  lyw_buf_free(&report.buf);
}

/* Packed: edit count, edits. Emits the violations, then the changes. With violations everything is undone. */
void LYW_EXPORT(lyw_tree_stage)(struct lyw_tree *tree, const char *input, size_t len);
void lyw_tree_stage(struct lyw_tree *tree, const char *input, size_t len) {
  struct lyw_in in = {input, input + len};
  struct lyw_report report = {0};
  begin(tree);
  if (tree->open) __builtin_trap();
  uint32_t count = lyw_get_u32(&in);
  bool usable = true;
  lyw_active = tree;
  for (uint32_t i = 0; i < count; i++) {
    if (!lyw_edit_apply(tree, &in, &report, (int32_t)i)) usable = false;
  }
  if (usable) validate_into(tree, &report);
  lyw_active = NULL;
  lyw_report_emit(&report);
  if (report.count) lyw_journal_undo(tree);
  else lyw_changes_emit(tree);
  tree->open = !report.count;
  lyw_buf_free(&report.buf);
}

void LYW_EXPORT(lyw_tree_keep)(struct lyw_tree *tree);
void lyw_tree_keep(struct lyw_tree *tree) {
  lyw_journal_keep(tree);
  tree->open = false;
}

void LYW_EXPORT(lyw_tree_undo)(struct lyw_tree *tree);
void lyw_tree_undo(struct lyw_tree *tree) {
  lyw_journal_undo(tree);
  tree->open = false;
}

/* Full check; what validation changes is undone, so that a check has no effect. */
void LYW_EXPORT(lyw_tree_validate)(struct lyw_tree *tree);
void lyw_tree_validate(struct lyw_tree *tree) {
  struct lyw_report report = {0};
  begin(tree);
  size_t open_steps = tree->step_count;
  if (!tree->open) lyw_active = tree;
  validate_into(tree, &report);
  lyw_active = NULL;
  if (!tree->open && tree->step_count != open_steps) lyw_journal_undo(tree);
  lyw_report_emit(&report);
  lyw_buf_free(&report.buf);
}

void LYW_EXPORT(lyw_tree_free)(struct lyw_tree *tree);
void lyw_tree_free(struct lyw_tree *tree) {
  if (tree->open) lyw_journal_undo(tree);
  lyd_free_all(tree->root);
  lyw_snapshots_clear(tree);
  free(tree->snapshots);
  free(tree->slots);
  free(tree->steps);
  free(tree);
}
