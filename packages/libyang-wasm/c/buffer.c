// Growing byte buffers for results, and the cursor over packed input from the host.
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lyw_buf lyw_out;

void *lyw_grow(void *items, size_t *cap, size_t need, size_t item_size) {
  if (need <= *cap) return items;
  size_t next = *cap ? *cap : 16;
  while (next < need) next *= 2;
  void *grown = realloc(items, next * item_size);
  if (!grown) __builtin_trap();
  *cap = next;
  return grown;
}

static uint32_t *chain_of(struct lyw_items items, uint32_t link) {
  return (uint32_t *)((char *)items.data + (link - 1) * items.size + items.chain);
}

static const void *item_of(struct lyw_items items, uint32_t link) {
  return (const char *)items.data + (link - 1) * items.size;
}

/* One slot more takes over a part of another's items. */
static void split_slot(struct lyw_slots *slots, struct lyw_items items) {
  if (slots->count > slots->mask) {
    slots->mask = slots->mask * 2 + 1;
    slots->heads = realloc(slots->heads, (slots->mask + (size_t)1) * sizeof *slots->heads);
    if (!slots->heads) __builtin_trap();
  }
  uint32_t made = slots->count++, *from = &slots->heads[made & (slots->mask >> 1)], *to = &slots->heads[made];
  *to = 0;
  while (*from) {
    uint32_t link = *from, *chain = chain_of(items, link);
    if (lyw_slot_of(slots->count, slots->mask, items.hash(item_of(items, link))) == made) {
      *from = *chain;
      *chain = *to;
      *to = link;
    } else {
      from = chain;
    }
  }
}

void lyw_slots_add(struct lyw_slots *slots, struct lyw_items items, uint32_t index) {
  if (!slots->count) {
    slots->count = 64;
    slots->mask = 63;
    slots->heads = calloc(slots->count, sizeof *slots->heads);
    if (!slots->heads) __builtin_trap();
  }
  if (index >= slots->count) split_slot(slots, items);
  uint32_t *head = &slots->heads[lyw_slot_of(slots->count, slots->mask, items.hash(item_of(items, index + 1)))];
  *chain_of(items, index + 1) = *head;
  *head = index + 1;
}

void lyw_slots_clear(struct lyw_slots *slots) {
  if (slots->count) memset(slots->heads, 0, slots->count * sizeof *slots->heads);
}

void lyw_slots_free(struct lyw_slots *slots) {
  free(slots->heads);
  *slots = (struct lyw_slots){0};
}

void lyw_put(struct lyw_buf *buf, const void *data, size_t len) {
  buf->data = lyw_grow(buf->data, &buf->cap, buf->len + len + 1, 1);
  if (len) memcpy(buf->data + buf->len, data, len);
  buf->len += len;
  buf->data[buf->len] = '\0';
}

void lyw_put_text(struct lyw_buf *buf, const char *text) {
  lyw_put(buf, text, strlen(text));
}

void lyw_put_u8(struct lyw_buf *buf, uint8_t value) {
  lyw_put(buf, &value, 1);
}

void lyw_put_u32(struct lyw_buf *buf, uint32_t value) {
  lyw_put(buf, &value, 4);
}

void lyw_put_sized(struct lyw_buf *buf, const char *text, size_t len) {
  lyw_put_u32(buf, (uint32_t)len);
  lyw_put(buf, text, len);
}

void lyw_put_str(struct lyw_buf *buf, const char *text) {
  lyw_put_sized(buf, text ? text : "", text ? strlen(text) : 0);
}

void lyw_put_json_string(struct lyw_buf *buf, const char *text) {
  lyw_put_u8(buf, '"');
  const char *plain = text; // start of what needs no escape
  for (const char *at = text;; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f) continue;
    lyw_put(buf, plain, (size_t)(at - plain));
    plain = at + 1;
    char escape[8];
    switch (byte) {
    case '\0':
      lyw_put_u8(buf, '"');
      return;
    case '"': lyw_put_text(buf, "\\\""); break;
    case '\\': lyw_put_text(buf, "\\\\"); break;
    case '\r': lyw_put_text(buf, "\\r"); break;
    case '\t': lyw_put_text(buf, "\\t"); break;
    default:
      snprintf(escape, sizeof escape, "\\u%.4X", byte);
      lyw_put_text(buf, escape);
    }
  }
}

void lyw_buf_free(struct lyw_buf *buf) {
  free(buf->data);
  memset(buf, 0, sizeof *buf);
}

static const char *take(struct lyw_in *in, size_t len) {
  if ((size_t)(in->end - in->at) < len) __builtin_trap();
  const char *at = in->at;
  in->at += len;
  return at;
}

uint8_t lyw_get_u8(struct lyw_in *in) {
  return (uint8_t)*take(in, 1);
}

uint32_t lyw_get_u32(struct lyw_in *in) {
  uint32_t value;
  memcpy(&value, take(in, 4), 4);
  return value;
}

const char *lyw_get_str(struct lyw_in *in, uint32_t *len) {
  *len = lyw_get_u32(in);
  return take(in, *len);
}

/* Memory for input that the host writes. */
void *LYW_EXPORT(lyw_alloc)(size_t size);
void *lyw_alloc(size_t size) {
  void *data = malloc(size ? size : 1);
  if (!data) __builtin_trap();
  return data;
}

void LYW_EXPORT(lyw_free)(void *data);
void lyw_free(void *data) {
  free(data);
}

const char *LYW_EXPORT(lyw_out_data)(void);
const char *lyw_out_data(void) {
  return lyw_out.data;
}

size_t LYW_EXPORT(lyw_out_len)(void);
size_t lyw_out_len(void) {
  return lyw_out.len;
}

/* Gives a large result's memory back once the host has read it. */
void LYW_EXPORT(lyw_out_done)(void);
void lyw_out_done(void) {
  if (lyw_out.cap > (1u << 20)) lyw_buf_free(&lyw_out);
  lyw_out.len = 0;
}
