/**
 * A calendar entry (RFC 5545) for a planned room; pure text.
 * @param {{uid: string, title: string, link: string, start: Date, minutes: number, now: Date}} entry
 */
export function calendarEntry({ uid, title, link, start, minutes, now }) {
  const end = new Date(start.getTime() + minutes * 60_000);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Greenroom//EN",
    "BEGIN:VEVENT",
    `UID:${uid}@greenroom`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(end)}`,
    `SUMMARY:${escape(title)}`,
    `DESCRIPTION:${escape(link)}`,
    `URL:${link}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map(fold).join("\r\n") + "\r\n";
}

/** @param {Date} when */
function stamp(when) {
  return when.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}

/** Lines of at most 75 octets; a continuation starts with a space. @param {string} line */
function fold(line) {
  const encoder = new TextEncoder();
  let out = "";
  let size = 0;
  for (const c of line) {
    const bytes = encoder.encode(c).length;
    if (size + bytes > 74) {
      out += "\r\n ";
      size = 1;
    }
    out += c;
    size += bytes;
  }
  return out;
}
