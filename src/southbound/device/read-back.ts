// What a device that has taken a document is expected to give back.

import { type Adapter, type Device, type DocumentRef, type Json, readDocument } from '../adapter.ts';

/** @param text what the device acknowledged */
export function expectedOf(adapter: Adapter, device: Device, ref: DocumentRef, text: string): Json {
  const body = readDocument(text);
  return adapter.readBack?.(device, ref, body) ?? body;
}
