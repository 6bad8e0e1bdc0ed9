// SPDX-License-Identifier: GPL-2.0-only
//! Addresses of Ethernet.

use core::fmt;
use core::str::FromStr;

/// An address of Ethernet (IEEE 802-2014, 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// All stations.
    pub const BROADCAST: Mac = Mac([0xff; 6]);

    /// Whether it stands for several stations, or all.
    #[inline]
    pub fn is_group(self) -> bool {
        let [first, ..] = self.0;
        first & 1 != 0
    }

    /// Whether it can be a station's: not of a group, not zero.
    #[inline]
    pub fn is_station(self) -> bool {
        !self.is_group() && self.0 != [0; 6]
    }

    /// Whether bridges keep frames to it on the link that they come from (IEEE 802.1Q-2018, table 8-1): pause, spanning tree
    /// and the like.
    #[inline]
    pub fn is_link_local(self) -> bool {
        let [a, b, c, d, e, f] = self.0;
        [a, b, c, d, e] == [0x01, 0x80, 0xc2, 0, 0] && f & 0xf0 == 0
    }

    /// A random station address that is administered locally. Context: any.
    pub fn random() -> Self {
        let mut bytes = [0; 6];
        kernel::random::fill(&mut bytes);
        let [first, ..] = &mut bytes;
        *first = *first & !1 | 2;
        Mac(bytes)
    }

    /// As a number, the first byte the highest.
    #[inline]
    pub fn to_u64(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if n > 0 { ":" } else { "" })?;
        }
        Ok(())
    }
}

impl FromStr for Mac {
    type Err = ();

    /// Six bytes of two hexadecimal digits, with colons between them.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let mut bytes = [0; 6];
        for byte in &mut bytes {
            let part = parts
                .next()
                .filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()))
                .ok_or(())?;
            *byte = u8::from_str_radix(part, 16).map_err(drop)?;
        }
        parts.next().map_or(Ok(Mac(bytes)), |_| Err(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_and_written() {
        let mac = Mac([0x52, 0x54, 0, 0x12, 0xab, 0xff]);
        assert_eq!(mac.to_string(), "52:54:00:12:ab:ff");
        assert_eq!("52:54:00:12:AB:ff".parse(), Ok(mac));
        for wrong in
            ["", "52:54:00:12:ab", "52:54:00:12:ab:ff:00", "5:54:00:12:ab:fff", "52:54:00:12:ab:+f", "g"]
        {
            assert_eq!(wrong.parse::<Mac>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        assert!(Mac::BROADCAST.is_group() && !Mac::BROADCAST.is_station());
        assert!(!Mac([0; 6]).is_station());
        assert!(Mac([1, 0x80, 0xc2, 0, 0, 0xe]).is_link_local());
        assert!(!Mac([1, 0x80, 0xc2, 0, 0, 0x10]).is_link_local());
        let random = Mac::random();
        assert!(random.is_station() && random.0[0] & 2 != 0);
    }
}
