// Violations: libyang's stored error records, packed for the host.
#include "shim.h"

#include <string.h>

void lyw_report_reset(struct lyw_report *report) {
  report->buf.len = 0;
  report->count = 0;
}

static void put_record(struct lyw_report *report, const char *tag, int32_t err, int32_t vecode, const char *message,
    const char *data_path, const char *schema_path, const char *app_tag, uint32_t line, int32_t edit_index) {
  struct lyw_buf *buf = &report->buf;
  lyw_put_str(buf, tag);
  lyw_put_u32(buf, (uint32_t)err);
  lyw_put_u32(buf, (uint32_t)vecode);
  lyw_put_str(buf, message);
  lyw_put_str(buf, data_path);
  lyw_put_str(buf, schema_path);
  lyw_put_str(buf, app_tag);
  lyw_put_u32(buf, line);
  lyw_put_u32(buf, (uint32_t)edit_index);
  report->count++;
}

void lyw_report_collect(struct lyw_report *report, struct ly_ctx *ctx, const char *fallback, int32_t edit_index) {
  for (const struct ly_err_item *item = ly_err_first(ctx); item; item = item->next) {
    if (item->level != LY_LLERR) continue;
    const char *path = item->data_path || item->schema_path ? item->data_path : fallback;
    put_record(report, "", item->err, item->vecode, item->msg, path, item->schema_path, item->apptag, (uint32_t)item->line, edit_index);
  }
  ly_err_clean(ctx, NULL);
}

void lyw_report_own(struct lyw_report *report, const char *tag, const char *app_tag, const char *message, const char *path,
    int32_t edit_index) {
  put_record(report, tag, LY_EVALID, LYVE_DATA, message, path, NULL, app_tag, 0, edit_index);
}

void lyw_report_emit(const struct lyw_report *report) {
  lyw_put_u32(&lyw_out, report->count);
  lyw_put(&lyw_out, report->buf.data, report->buf.len);
}
