//! RTP headers (RFC 3550, RFC 8285), read in place and written into a buffer.

/// Header extensions that these clients speak, by the ids that were negotiated; 0 where they were not.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct ExtensionIds {
    pub mid: u8,
    pub rid: u8,
    pub repaired_rid: u8,
    pub audio_level: u8,
    pub transport_seq: u8,
}

/// A packet's header. Extensions are ranges of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Header {
    pub payload_type: u8,
    pub marker: bool,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// Bytes until the payload.
    pub len: usize,
    pub csrcs: usize,
    pub padding: bool,
    pub(super) profile: u16,
    pub(super) extensions: Option<(usize, usize)>,
}

const FIXED: usize = 12;
const ONE_BYTE: u16 = 0xBEDE;

impl Header {
    pub fn read(packet: &[u8]) -> Option<Self> {
        if packet.len() < FIXED || packet[0] >> 6 != 2 {
            return None;
        }
        let csrcs = (packet[0] & 0x0f) as usize;
        let mut header = Self {
            payload_type: packet[1] & 0x7f,
            marker: packet[1] & 0x80 != 0,
            seq: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp: word(packet, 4)?,
            ssrc: word(packet, 8)?,
            len: FIXED + csrcs * 4,
            csrcs,
            padding: packet[0] & 0x20 != 0,
            profile: 0,
            extensions: None,
        };
        if packet[0] & 0x10 != 0 {
            let start = header.len;
            let block = word(packet, start)?;
            header.profile = (block >> 16) as u16;
            header.len = start + 4 + (block & 0xffff) as usize * 4;
            header.extensions = Some((start + 4, header.len));
        }
        (packet.len() >= header.len).then_some(header)
    }

    /// Length of the extension block without its own four bytes; `None` without one.
    pub fn extension_len(&self) -> Option<usize> {
        self.extensions.map(|(start, end)| end - start)
    }

    /// The value of an extension. Id 0 is never found.
    pub fn extension<'a>(&self, packet: &'a [u8], id: u8) -> Option<&'a [u8]> {
        let (start, end) = self.extensions.filter(|_| id != 0)?;
        let mut rest = packet.get(start..end)?;
        while let Some((&first, tail)) = rest.split_first() {
            if first == 0 {
                rest = tail;
                continue;
            }
            let (found, len, tail) = if self.profile == ONE_BYTE {
                (first >> 4, (first & 0x0f) as usize + 1, tail)
            } else {
                let (&len, tail) = tail.split_first()?;
                (first, len as usize, tail)
            };
            let value = tail.get(..len)?;
            if found == id {
                return Some(value);
            }
            rest = &tail[len..];
        }
        None
    }
}

fn word(packet: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(packet.get(at..at + 4)?.try_into().ok()?))
}

/// Writes a header with one-byte extensions. Empty values and id 0 are left out.
pub fn write(out: &mut Vec<u8>, header: &Header, extensions: &[(u8, &[u8])]) {
    let present = || extensions.iter().filter(|(id, value)| *id != 0 && !value.is_empty());
    let bits = if present().next().is_some() { 0x10 } else { 0 };
    out.push(0x80 | bits);
    out.push(header.payload_type | if header.marker { 0x80 } else { 0 });
    out.extend_from_slice(&header.seq.to_be_bytes());
    out.extend_from_slice(&header.timestamp.to_be_bytes());
    out.extend_from_slice(&header.ssrc.to_be_bytes());
    if bits == 0 {
        return;
    }
    let bytes: usize = present().map(|(_, value)| 1 + value.len()).sum();
    out.extend_from_slice(&ONE_BYTE.to_be_bytes());
    out.extend_from_slice(&(bytes.div_ceil(4) as u16).to_be_bytes());
    for (id, value) in present() {
        out.push(id << 4 | (value.len() as u8 - 1));
        out.extend_from_slice(value);
    }
    out.resize(out.len() + bytes.next_multiple_of(4) - bytes, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Header {
        Header { payload_type: 96, marker: true, seq: 65_530, timestamp: 7, ssrc: 0xdead_beef, ..Header::default() }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut packet = Vec::new();
        write(&mut packet, &sample(), &[(4, b"0"), (0, b"never"), (3, &[1, 2]), (9, b"")]);
        packet.extend_from_slice(b"payload");
        let header = Header::read(&packet).unwrap();
        assert_eq!((header.payload_type, header.marker, header.seq), (96, true, 65_530));
        assert_eq!((header.timestamp, header.ssrc), (7, 0xdead_beef));
        assert_eq!(header.extension(&packet, 4), Some(&b"0"[..]));
        assert_eq!(header.extension(&packet, 3), Some(&[1u8, 2][..]));
        assert_eq!(header.extension(&packet, 9), None);
        assert_eq!(header.extension(&packet, 0), None);
        assert_eq!(&packet[header.len..], b"payload");
    }

    #[test]
    fn two_byte_extensions_are_read() {
        let mut packet = Vec::new();
        write(&mut packet, &sample(), &[]);
        packet[0] |= 0x10;
        packet.extend_from_slice(&[0x10, 0x00, 0x00, 0x02, 1, 0, 5, 3, 7, 8, 9, 0]);
        let header = Header::read(&packet).unwrap();
        assert_eq!(header.extension(&packet, 5), Some(&[7u8, 8, 9][..]));
        assert_eq!(header.extension(&packet, 1), Some(&[][..]));
    }

    #[test]
    fn what_is_cut_short_is_no_packet() {
        let mut packet = Vec::new();
        write(&mut packet, &sample(), &[(4, b"mid")]);
        for end in 0..packet.len() {
            assert_eq!(Header::read(&packet[..end]), None, "{end} bytes");
        }
    }
}
