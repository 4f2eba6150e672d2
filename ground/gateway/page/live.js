// The gateway's events over a WebSocket, opened again with back-off when it is lost.

const FIRST_DELAY_S = 0.5;
const LONGEST_DELAY_S = 15;

export class Live {
  /**
   * `onHello(hello)` begins anew, `onEvent(event)` goes on. `onState(words)` says how the connection is, "" if well.
   * `onRefusal()` is asked when there was no hello: true if something has to be done before `open` is of use again.
   */
  constructor(url, { onHello, onEvent, onState, onRefusal }) {
    Object.assign(this, { _url: url, _onHello: onHello, _onEvent: onEvent, _onState: onState, _onRefusal: onRefusal });
    this._failures = 0;
    addEventListener("online", () => this._timer && this.open());
    this.open();
  }

  open() {
    clearTimeout(this._timer);
    this._timer = null;
    this._isGreeted = false;
    const socket = new WebSocket(this._url());
    socket.onmessage = ({ data }) => this._take(JSON.parse(data));
    socket.onclose = () => this._onClose();
  }

  _take(event) {
    if (event.event !== "hello") return this._onEvent(event);
    this._failures = 0;
    this._isGreeted = true;
    this._onState("");
    this._onHello(event);
  }

  async _onClose() {
    if (!this._isGreeted && (await this._onRefusal())) return this._onState("");
    const delay_s = Math.min(FIRST_DELAY_S * 2 ** this._failures++, LONGEST_DELAY_S) * (0.75 + Math.random() / 2);
    this._timer = setTimeout(() => this.open(), 1000 * delay_s);
    const next = `Trying again in ${Math.ceil(delay_s)} s; what is shown may be old.`;
    this._onState(`Connection to the gateway lost. ${next}`);
  }
}
