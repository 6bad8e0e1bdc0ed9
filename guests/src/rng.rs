// SPDX-License-Identifier: GPL-2.0-only
//! A small seeded number generator (splitmix64): the same seed gives the same sequence everywhere.

/// The generator's state. Any seed is good.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator that starts at `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// One of `items`; `fallback` when there is none.
    pub fn pick<T: Copy>(&mut self, items: &[T], fallback: T) -> T {
        let index = self.below(items.len() as u64) as usize;
        items.get(index).copied().unwrap_or(fallback)
    }

    /// A value that likes to be at the edges: all zeros, all ones, one bit, small, or anything.
    pub fn edgy(&mut self) -> u64 {
        let r = self.next_u64();
        match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            2 => 1 << (r & 63),
            3 => !(1 << (r & 63)),
            4 => r & 0xff,
            5 => r & 0xffff_ffff,
            _ => r,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_numbers() {
        let (mut a, mut b, mut c) = (Rng::new(7), Rng::new(7), Rng::new(8));
        let first: [u64; 16] = core::array::from_fn(|_| a.next_u64());
        assert_eq!(first, core::array::from_fn(|_| b.next_u64()));
        assert_ne!(first, core::array::from_fn(|_| c.next_u64()));
    }

    #[test]
    fn below_stays_below() {
        let mut r = Rng::new(1);
        assert_eq!(r.below(0), 0);
        let mut seen = [false; 5];
        for _ in 0..1000 {
            seen[r.below(5) as usize] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(r.pick::<u8>(&[], 9), 9);
    }
}
