// SPDX-License-Identifier: GPL-2.0-only
//! The receive FIFO of a UART: characters with their error bits, and a depth that the guest switches.

/// Room for the deepest FIFO of the emulated UARTs.
const ROOM: usize = 64;

/// A FIFO of up to [`ROOM`] entries.
pub(crate) struct Fifo {
    entries: [u16; ROOM],
    /// Where the oldest entry is, below `ROOM`.
    head: usize,
    /// Entries held, at most `depth`.
    len: usize,
    /// Entries that it takes, 1..=`ROOM`.
    depth: usize,
}

impl Fifo {
    /// An empty FIFO that takes `depth` entries, at least 1 and at most `ROOM`.
    pub(crate) fn new(depth: usize) -> Self {
        Self { entries: [0; ROOM], head: 0, len: 0, depth: depth.clamp(1, ROOM) }
    }

    /// Empties it and sets its depth.
    pub(crate) fn resize(&mut self, depth: usize) {
        self.clear();
        self.depth = depth.clamp(1, ROOM);
    }

    pub(crate) fn clear(&mut self) {
        self.head = 0;
        self.len = 0;
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.len == self.depth
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Appends `entry`; `false` if there is no room.
    pub(crate) fn push(&mut self, entry: u16) -> bool {
        if self.is_full() {
            return false;
        }
        if let Some(place) = self.entries.get_mut((self.head + self.len) % ROOM) {
            *place = entry;
        }
        self.len += 1;
        true
    }

    /// The oldest entry.
    pub(crate) fn front(&self) -> Option<u16> {
        if self.len == 0 { None } else { self.entries.get(self.head).copied() }
    }

    /// Takes the oldest entry out.
    pub(crate) fn pop(&mut self) -> Option<u16> {
        let entry = self.front()?;
        self.head = (self.head + 1) % ROOM;
        self.len -= 1;
        Some(entry)
    }

    /// Takes the bits of `mask` from the oldest entry.
    pub(crate) fn strip_front(&mut self, mask: u16) {
        if self.len != 0
            && let Some(entry) = self.entries.get_mut(self.head)
        {
            *entry &= !mask;
        }
    }

    /// Whether any entry has one of the bits of `mask`.
    pub(crate) fn any(&self, mask: u16) -> bool {
        (0..self.len).any(|i| self.entries.get((self.head + i) % ROOM).is_some_and(|entry| entry & mask != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_up_to_the_depth() {
        let mut fifo = Fifo::new(3);
        for round in 0..100 {
            assert!(fifo.push(round) && fifo.push(round + 1) && fifo.push(round + 2) && !fifo.push(9));
            assert!(
                fifo.is_full() && fifo.any(round) == (round | (round + 1) | (round + 2) != 0 && round != 0)
            );
            assert_eq!([fifo.pop(), fifo.front(), fifo.pop()], [round, round + 1, round + 1].map(Some));
            assert_eq!((fifo.len(), fifo.pop(), fifo.pop()), (1, Some(round + 2), None));
            assert!(fifo.is_empty());
        }
        fifo.push(0x101);
        fifo.strip_front(0xff00);
        assert_eq!(fifo.front(), Some(1));
        fifo.resize(0);
        fifo.strip_front(1);
        assert_eq!((fifo.len(), fifo.depth()), (0, 1));
        fifo.resize(1000);
        assert_eq!(fifo.depth(), ROOM);
        assert_eq!((0..100).filter(|&i| fifo.push(i)).count(), ROOM);
    }
}
