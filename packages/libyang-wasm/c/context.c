// Contexts: the modules of one model, compiled, with imports found among the given sources.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "version.h"

const char *LYW_EXPORT(lyw_version)(void);
const char *lyw_version(void) {
  return ly_version_proj_str();
}

static const char *find_source(const struct lyw_context *context, const char *name, const char *revision) {
  const char *any = NULL;
  size_t len = strlen(name);
  for (size_t i = 0; i < context->source_count; i++) {
    const struct lyw_source *source = &context->sources[i];
    if (strncmp(source->name, name, len) != 0) continue;
    const char *rest = source->name + len;
    if (*rest == '\0') {
      any = source->text;
    } else if (*rest == '@') {
      if (revision && strcmp(rest + 1, revision) == 0) return source->text;
      if (!revision) any = source->text;
    }
  }
  return any;
}

static LY_ERR import_callback(const char *name, const char *revision, const char *sub_name, const char *sub_revision, void *data,
    LYS_INFORMAT *format, const char **text, ly_module_imp_data_free_clb *free_text) {
  const char *found = find_source(data, sub_name ? sub_name : name, sub_name ? sub_revision : revision);
  *free_text = NULL;
  if (!found) return LY_ENOTFOUND;
  *format = LYS_IN_YANG;
  *text = found;
  return LY_SUCCESS;
}

struct lyw_context *LYW_EXPORT(lyw_context_new)(void);
struct lyw_context *lyw_context_new(void) {
  ly_log_options(LY_LOSTORE);
  ly_log_level(LY_LLERR);
  struct lyw_context *context = calloc(1, sizeof *context);
  if (!context) __builtin_trap();
  uint32_t options = LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS | LY_CTX_BUILTIN_PLUGINS_ONLY | LY_CTX_EXPLICIT_COMPILE;
  if (ly_ctx_new(NULL, options, &context->ctx)) __builtin_trap();
  ly_ctx_set_module_imp_clb(context->ctx, import_callback, context);
  uint32_t index = 0;
  while (ly_ctx_get_module_iter(context->ctx, &index)) context->own_modules++;
  return context;
}

/* Takes over both texts, which were made by lyw_alloc and end in NUL. */
void LYW_EXPORT(lyw_context_source)(struct lyw_context *context, char *name, char *text);
void lyw_context_source(struct lyw_context *context, char *name, char *text) {
  context->sources = lyw_grow(context->sources, &context->source_cap, context->source_count + 1, sizeof *context->sources);
  context->sources[context->source_count++] = (struct lyw_source){name, text};
}

/* Packed: module count, then name, feature count and features of each. Emits violations; none means success. */
void LYW_EXPORT(lyw_context_load)(struct lyw_context *context, const char *input, size_t len);
void lyw_context_load(struct lyw_context *context, const char *input, size_t len) {
  struct lyw_in in = {input, input + len};
  struct lyw_report report = {0};
  ly_err_clean(context->ctx, NULL);
  uint32_t modules = lyw_get_u32(&in);
  for (uint32_t i = 0; i < modules; i++) {
    uint32_t name_len, feature_len;
    const char *name = lyw_get_str(&in, &name_len);
    uint32_t count = lyw_get_u32(&in);
    const char **features = calloc(count + 1, sizeof *features);
    if (!features) __builtin_trap();
    for (uint32_t f = 0; f < count; f++) features[f] = lyw_get_str(&in, &feature_len);
    bool failed = !ly_ctx_load_module(context->ctx, name, NULL, features);
    free(features);
    if (!failed) continue;
    uint32_t before = report.count;
    lyw_report_collect(&report, context->ctx, NULL, -1);
    if (report.count == before) lyw_report_own(&report, "operation-failed", "", "The module cannot be loaded.", name, -1);
  }
  if (!report.count && ly_ctx_compile(context->ctx)) lyw_report_collect(&report, context->ctx, NULL, -1);
  if (!report.count) lyw_plan_make(context);
  ly_err_clean(context->ctx, NULL);
  lyw_out.len = 0;
  lyw_report_emit(&report);
  lyw_buf_free(&report.buf);
}

void LYW_EXPORT(lyw_context_free)(struct lyw_context *context);
void lyw_context_free(struct lyw_context *context) {
  lyw_plan_free(context);
  ly_ctx_destroy(context->ctx);
  for (size_t i = 0; i < context->source_count; i++) {
    free(context->sources[i].name);
    free(context->sources[i].text);
  }
  free(context->sources);
  free(context);
}
