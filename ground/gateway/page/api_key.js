// The key that a gateway may want: asked for once, kept for as long as the tab.

import { byId } from "./dom.js";

const STORED = "api key";

/** What a request has to say to be let in. */
export function keyHeader() {
  const key = sessionStorage.getItem(STORED);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** The address of a WebSocket with the key, for which browsers know no other place. */
export function withKey(url) {
  const key = sessionStorage.getItem(STORED);
  if (key) url.searchParams.set("key", key);
  return url;
}

/** Whether the gateway turns us away for want of a key. */
export async function isKeyWanted() {
  const response = await fetch("v1/models", { headers: keyHeader() }).catch(() => null);
  return response?.status === 401;
}

export class KeyForm {
  /** `onKey` is called when there is a new key. */
  constructor(onKey) {
    this._form = byId("key-form");
    this._form.addEventListener("submit", (event) => {
      event.preventDefault();
      sessionStorage.setItem(STORED, byId("key").value.trim());
      this._form.hidden = true;
      onKey();
    });
  }

  /** Ask for the key; return true, since it is the reader's turn now. */
  ask() {
    this._form.hidden = false;
    byId("key").focus();
    return true;
  }
}
