// What the page asks of the gateway over HTTP: an answer, the end of one. The words come as live events.

import { keyHeader } from "./api_key.js";

const TRIES = 5;
const FIRST_DELAY_S = 1;

/** The gateway said no; the message is its own. */
export class GatewayError extends Error {}

/**
 * Ask the model and return the prompt's id; the words come as live events. Raises GatewayError.
 *
 * A prompt that was asked with a key is not cancelled when its stream is left: so none is kept open for it, of which
 * browsers allow six.
 */
export async function ask(messages, max_tokens) {
  const body = JSON.stringify({ model: await modelId(), messages, max_tokens, stream: true });
  const headers = { "Content-Type": "application/json", "Idempotency-Key": randomKey() };
  const response = await request("v1/chat/completions", { method: "POST", headers, body });
  const { id } = response.status === 202 ? await response.json() : await firstChunk(response.body);
  return id.replace("chatcmpl-", "");
}

/** End a prompt. Raises GatewayError. */
export async function cancel(prompt_id) {
  await request(`v1/prompts/${prompt_id}`, { method: "DELETE" });
}

async function modelId() {
  const models = await (await request("v1/models", {})).json();
  return models.data[0].id;
}

/** What got lost on the way is sent again, as it was: with its key it joins the prompt, if there is one already. */
async function request(path, { headers, ...options }) {
  for (let tries = 1; ; tries++) {
    try {
      const response = await fetch(path, { ...options, headers: { ...headers, ...keyHeader() } });
      if (response.ok) return response;
      throw new GatewayError(await reasonOf(response));
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      if (tries === TRIES) throw new GatewayError("the gateway cannot be reached");
      await new Promise((resume) => setTimeout(resume, 1000 * FIRST_DELAY_S * 2 ** (tries - 1)));
    }
  }
}

async function reasonOf(response) {
  const body = await response.json().catch(() => ({}));
  return body.error?.message ?? `the gateway answered ${response.status}`;
}

/** The first JSON in a stream of server-sent events; comments, which say where the prompt is, are passed over. */
async function firstChunk(stream) {
  let text = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new GatewayError("the gateway broke off before it began");
    const whole = (text += value).split("\n").slice(0, -1);
    const line = whole.find((each) => each.startsWith("data: "));
    if (!line) continue;
    await reader.cancel();
    return JSON.parse(line.slice(6));
  }
}

function randomKey() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
