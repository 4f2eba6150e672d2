// The page: live events in, panels out, drawn together once a frame.

import { Board } from "./board.js";
import { Chat } from "./chat.js";
import { Constellation } from "./constellation.js";
import { Cop1 } from "./cop1.js";
import { Desk } from "./desk.js";
import { byId, say } from "./dom.js";
import { Frames } from "./frames.js";
import { Header } from "./header.js";
import { isKeyWanted, KeyForm, withKey } from "./api_key.js";
import { Live } from "./live.js";
import { Doppler, SignalToNoise } from "./pass_charts.js";
import { onPoint } from "./pointing.js";
import { Queue } from "./queue.js";
import { Sky } from "./sky.js";
import { onThemeChange } from "./theme.js";
import { Waterfall } from "./waterfall.js";

const panels = [
  new Header(),
  new Queue(),
  new Sky(),
  new Doppler(),
  new SignalToNoise(),
  new Waterfall(),
  new Constellation(),
  new Cop1(),
  new Frames(),
  new Board(),
  new Chat(), // last: how much room its words have depends on the queue
];
let desk = null;
let isDrawn = true;

function draw() {
  isDrawn = true;
  if (desk) for (const panel of panels) panel.show(desk);
}

function drawSoon() {
  if (isDrawn) requestAnimationFrame(draw);
  isDrawn = false;
}

function liveUrl() {
  const url = new URL("live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return withKey(url);
}

const keyForm = new KeyForm(() => live.open());
const live = new Live(liveUrl, {
  onHello: (hello) => {
    desk = new Desk(hello, desk);
    drawSoon();
  },
  onEvent: (event) => {
    desk.take(event);
    drawSoon();
  },
  onRefusal: async () => (await isKeyWanted()) && keyForm.ask(),
  onState: (words) => {
    byId("connection").hidden = !words;
    say(byId("connection"), `▲ ${words}`);
  },
});
onPoint((moment_s) => {
  if (!desk || desk.pointed_s === moment_s) return;
  desk.pointed_s = moment_s;
  drawSoon();
});
addEventListener("resize", drawSoon);
onThemeChange(drawSoon);
