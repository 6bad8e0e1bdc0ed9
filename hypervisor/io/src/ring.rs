// SPDX-License-Identifier: GPL-2.0-only
//! A ring of bytes of a size fixed at its creation. Nothing here allocates after that.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::{Error, Result};

/// Bytes in the order of their arrival. Either the newest are refused when it is full ([`Ring::push`]) or the oldest
/// give way ([`Ring::overwrite`]).
pub(crate) struct Ring {
    buf: Box<[u8]>,
    /// Where the oldest byte is. Below `buf.len()`, or 0 for a ring without room.
    head: usize,
    /// Bytes held, at most `buf.len()`.
    len: usize,
}

impl Ring {
    /// A ring without room, which takes nothing.
    pub(crate) fn none() -> Self {
        Self { buf: Box::new([]), head: 0, len: 0 }
    }

    /// A ring for `size` bytes; `what` names it in the error.
    pub(crate) fn new(size: usize, what: &'static str) -> Result<Self> {
        let mut buf = Vec::new();
        buf.try_reserve_exact(size).map_err(|_| Error::NoMemory { what, bytes: size })?;
        buf.resize(size, 0);
        Ok(Self { buf: buf.into_boxed_slice(), head: 0, len: 0 })
    }

    /// Bytes held.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes that fit beside those held.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.buf.len() - self.len
    }

    /// Bytes that fit into the empty ring.
    pub(crate) fn capacity(&self) -> usize {
        self.buf.len()
    }

    /// Appends the first bytes of `bytes`, as many as there is room for; how many those are.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.room());
        self.append(bytes.get(..taken).unwrap_or_default());
        taken
    }

    /// Appends all of `bytes`; the oldest bytes give way.
    #[inline]
    pub(crate) fn overwrite(&mut self, bytes: &[u8]) {
        // A longer piece than the ring leaves only its end behind.
        let kept = bytes.get(bytes.len().saturating_sub(self.buf.len())..).unwrap_or_default();
        let excess = kept.len().saturating_sub(self.room());
        self.consume(excess);
        self.append(kept);
    }

    /// Appends `bytes`, which fit.
    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        let mut tail = self.head + self.len;
        if tail >= self.buf.len() {
            tail -= self.buf.len();
        }
        for &byte in bytes {
            if let Some(place) = self.buf.get_mut(tail) {
                *place = byte;
            }
            tail += 1;
            if tail == self.buf.len() {
                tail = 0;
            }
        }
        self.len += bytes.len();
    }

    /// The oldest bytes, as many as lie in one piece. Empty only if the ring is.
    pub(crate) fn front(&self) -> &[u8] {
        let end = (self.head + self.len).min(self.buf.len());
        self.buf.get(self.head..end).unwrap_or_default()
    }

    /// Forgets the oldest `count` bytes, or all if there are fewer.
    #[inline]
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.len);
        self.len -= count;
        self.head += count;
        if self.head >= self.buf.len() {
            self.head -= self.buf.len();
        }
    }

    /// Forgets all bytes.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.head = 0;
    }

    /// The last `count` bytes or all if there are fewer, oldest first, in the two pieces that they lie in.
    pub(crate) fn last(&self, count: usize) -> (&[u8], &[u8]) {
        let count = count.min(self.len);
        let mut start = self.head + self.len - count;
        if start >= self.buf.len() && count > 0 {
            start -= self.buf.len();
        }
        let first = count.min(self.buf.len() - start.min(self.buf.len()));
        (
            self.buf.get(start..start + first).unwrap_or_default(),
            self.buf.get(..count - first).unwrap_or_default(),
        )
    }

    /// How many bytes at the end make up the last `lines` lines. A line ends with a newline; what follows the last
    /// newline counts as a line if it is not empty.
    pub(crate) fn last_lines(&self, lines: usize) -> usize {
        let (older, newer) = self.last(self.len);
        let mut seen = 0;
        for (back, &byte) in newer.iter().rev().chain(older.iter().rev()).enumerate() {
            if byte == b'\n' && back > 0 {
                seen += 1;
            }
            if seen == lines {
                return back;
            }
        }
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(ring: &Ring) -> Vec<u8> {
        let (a, b) = ring.last(usize::MAX);
        [a, b].concat()
    }

    #[test]
    fn overwrites_the_oldest() {
        let mut ring = Ring::new(4, "test").unwrap();
        ring.overwrite(b"ab");
        assert_eq!(all(&ring), b"ab");
        ring.overwrite(b"cde");
        assert_eq!(all(&ring), b"bcde");
        ring.overwrite(b"123456789");
        assert_eq!(all(&ring), b"6789");
        let (older, newer) = ring.last(3);
        assert_eq!([older, newer].concat(), b"789");
        ring.clear();
        assert_eq!(all(&ring), b"");
        assert_eq!(ring.last(3), (&b""[..], &b""[..]));
    }

    #[test]
    fn refuses_the_newest() {
        let mut ring = Ring::new(4, "test").unwrap();
        assert_eq!(ring.push(b"abc"), 3);
        ring.consume(2);
        assert_eq!(ring.push(b"defg"), 3);
        assert_eq!(all(&ring), b"cdef");
        assert_eq!(ring.front(), b"cd");
        ring.consume(2);
        assert_eq!(ring.front(), b"ef");
        ring.consume(99);
        assert_eq!(ring.front(), b"");
        assert_eq!(ring.room(), 4);
    }

    #[test]
    fn a_ring_without_room_takes_nothing() {
        let mut ring = Ring::none();
        assert_eq!(ring.push(b"a"), 0);
        ring.overwrite(b"a");
        ring.consume(1);
        assert_eq!((ring.len(), ring.room(), ring.capacity()), (0, 0, 0));
        assert_eq!(ring.last(1), (&b""[..], &b""[..]));
        assert_eq!(ring.last_lines(1), 0);
    }

    #[test]
    fn too_big_a_ring_is_an_error() {
        assert!(matches!(Ring::new(usize::MAX, "test"), Err(Error::NoMemory { what: "test", .. })));
    }

    #[test]
    fn last_lines_count_back() {
        let mut ring = Ring::new(16, "test").unwrap();
        ring.overwrite(b"........one\ntwo\nthree\n");
        assert_eq!(ring.last_lines(1), 6);
        assert_eq!(ring.last_lines(2), 10);
        assert_eq!(ring.last_lines(9), 16);
        ring.overwrite(b"$ ");
        assert_eq!(ring.last_lines(1), 2);
        assert_eq!(ring.last_lines(2), 8);
        assert_eq!(ring.last_lines(0), 0);
    }

    #[test]
    fn agrees_with_a_deque() {
        let mut seed = 1u32;
        let mut next = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize
        };
        for size in 1..20 {
            let mut ring = Ring::new(size, "test").unwrap();
            let mut model = std::collections::VecDeque::new();
            for step in 0..400 {
                let piece = vec![step as u8; next() % 24];
                match next() % 3 {
                    0 => {
                        let room = size - model.len();
                        assert_eq!(ring.push(&piece), piece.len().min(room));
                        model.extend(piece.iter().take(room));
                    }
                    1 => {
                        ring.overwrite(&piece);
                        model.extend(piece.iter());
                        while model.len() > size {
                            model.pop_front();
                        }
                    }
                    _ => {
                        ring.consume(piece.len());
                        model.drain(..piece.len().min(model.len()));
                    }
                }
                assert_eq!(all(&ring), Vec::from(model.clone()));
                assert_eq!((ring.len(), ring.room()), (model.len(), size - model.len()));
                assert_eq!(ring.front().is_empty(), model.is_empty());
            }
        }
    }
}
