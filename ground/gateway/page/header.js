// The line at the top: what is linked to what, how safely, and how long it lasts.

import { byId, say } from "./dom.js";
import { clock, number, UNKNOWN } from "./format.js";

export class Header {
  show(desk) {
    this._showNames(desk);
    this._showLink(linkState(desk));
    this._showSecurity(desk.station?.security);
    this._showCountdown(desk);
    say(byId("utc"), desk.epoch_utc_s == null ? UNKNOWN : desk.clockOf(desk.linkTime_s));
    say(byId("link-time"), number(desk.linkTime_s, 1, "s"));
    byId("warning").hidden = !desk.warning;
    say(byId("warning"), `▲ ${desk.warning}`);
  }

  _showNames({ forecast, station }) {
    say(byId("satellite"), forecast?.satellite ?? "Spacecraft");
    const place = forecast ? `from ${forecast.station.name}` : "no forecast";
    say(byId("station"), station ? `${place} · ${station.profile}` : place);
  }

  _showLink({ sign, words, tone }) {
    say(byId("link-sign"), sign);
    say(byId("link-words"), words);
    byId("link").dataset.tone = tone;
  }

  _showSecurity(security) {
    const clear = security === "clear";
    byId("security").hidden = !security;
    byId("security").dataset.tone = clear ? "warn" : "good";
    say(byId("security-sign"), clear ? "▲" : "◆");
    say(byId("security-words"), clear ? "CLEAR: nothing is encrypted" : "encrypted");
  }

  _showCountdown({ contact, nextContact, linkTime_s, contacts }) {
    const los_s = contact?.[1];
    const [label, value] = contact
      ? ["LOS in", los_s == null ? "never" : clock(los_s - linkTime_s)]
      : ["AOS in", nextContact ? clock(nextContact[0] - linkTime_s) : contacts.length ? "no more" : "–"];
    say(byId("countdown-label"), label);
    say(byId("countdown"), value);
  }
}

function linkState({ station, contact, receiving }) {
  if (!station) return { sign: "○", words: "waits for the station", tone: "idle" };
  if (receiving) return { sign: "●", words: "receiving", tone: "good" };
  if (contact) return { sign: "◐", words: "in view, nothing heard", tone: "warn" };
  return { sign: "○", words: "below the horizon", tone: "idle" };
}
