// SPDX-License-Identifier: GPL-2.0-only
//! Random bytes: ChaCha, keyed from every source that the machine has. These are the seed that the boot loader left in the
//! device tree (`/chosen/rng-seed`), the CPU's generator (FEAT_RNG), that of the firmware (Arm DEN 0098), and what drivers of
//! such devices give. The counter goes in as well, and counts as nothing: without any source the bytes differ from start to
//! start, but whoever knows when the machine started can foretell them. [`is_seeded`] says which it is.

use crate::dt::{self, Fdt};
use crate::power;
use crate::sync::SpinLock;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// So many unforeseeable bits make a key.
const ENOUGH: u32 = 256;
/// The CPU's generator may have nothing for a moment.
const RETRIES: usize = 10;
/// Where the CPU says that it has a generator: `ID_AA64ISAR0_EL1` among the identification registers, bits 63:60.
const ISAR0: usize = 40;

/// The generator, and how much of its key nobody can foresee.
struct Pool {
    generator: ChaCha20Rng,
    bits: u32,
}

impl Pool {
    /// One with all that the machine has.
    fn start() -> Self {
        let mut pool = Self::empty();
        pool.stir(&arch::counter::now().to_le_bytes(), 0);
        if let Some(seed) = dt::tree().and_then(boot_seed) {
            pool.stir(seed, bits_of(seed));
        }
        let cpu = arch::guest::read_id_registers().get(ISAR0).is_some_and(|isar0| isar0 >> 60 != 0);
        for _ in 0..if cpu { ENOUGH / u64::BITS } else { 0 } {
            if let Some(word) = (0..RETRIES).find_map(|_| arch::guest::random()) {
                pool.stir(&word.to_le_bytes(), u64::BITS);
            }
        }
        for words in (0..2).map_while(|_| power::firmware().and_then(|firmware| firmware.entropy())) {
            words.iter().for_each(|word| pool.stir(&word.to_le_bytes(), u64::BITS));
        }
        pool
    }

    fn empty() -> Self {
        Self { generator: ChaCha20Rng::from_seed([0; 32]), bits: 0 }
    }

    /// Makes a new key of what the old one yields and these bytes: no worse than either. `bits` is how much of the bytes
    /// nobody can foresee.
    fn stir(&mut self, bytes: &[u8], bits: u32) {
        for chunk in bytes.chunks(32) {
            let mut key = [0; 32];
            self.generator.fill_bytes(&mut key);
            key.iter_mut().zip(chunk).for_each(|(key, byte)| *key ^= byte);
            self.generator = ChaCha20Rng::from_seed(key);
        }
        self.bits = self.bits.saturating_add(bits);
    }
}

/// What the boot loader left.
fn boot_seed(tree: Fdt<'static>) -> Option<&'static [u8]> {
    dt::find_path(tree, "/chosen")?.property("rng-seed").filter(|seed| !seed.is_empty())
}

fn bits_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len().saturating_mul(8)).unwrap_or(ENOUGH)
}

static POOL: SpinLock<Option<Pool>> = SpinLock::new(None);

fn with<R>(f: impl FnOnce(&mut Pool) -> R) -> R {
    f(POOL.lock().get_or_insert_with(Pool::start))
}

/// Fills `bytes`. Context: any; the first call asks the sources, firmware among them.
pub fn fill(bytes: &mut [u8]) {
    with(|pool| pool.generator.fill_bytes(bytes));
}

/// Adds what somebody gathered; it makes the bytes that follow no worse, whatever it is. `bits` is how much of it nobody can
/// foresee: 0 unless it comes from a device made for that. Context: any.
pub fn add(bytes: &[u8], bits: u32) {
    with(|pool| pool.stir(bytes, bits.min(bits_of(bytes))));
}

/// Whether there was enough that nobody can foresee. Context: any.
pub fn is_seeded() -> bool {
    with(|pool| pool.bits >= ENOUGH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(pool: &mut Pool) -> [u8; 16] {
        let mut bytes = [0; 16];
        pool.generator.fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_stirred_in_changes_all_that_follows_and_hides_nothing_before() {
        let (mut a, mut b, mut c) = (Pool::empty(), Pool::empty(), Pool::empty());
        [&mut a, &mut b].into_iter().for_each(|pool| pool.stir(b"a secret", 64));
        assert_eq!(take(&mut a), take(&mut b), "the same key");
        assert_ne!(take(&mut a), take(&mut c), "the key counts");
        // What is known to all does not undo what is not.
        [&mut a, &mut c].into_iter().for_each(|pool| pool.stir(&[0; 64], 0));
        assert_ne!(take(&mut a), take(&mut c));
        assert_ne!(take(&mut a), take(&mut b));
        assert_eq!((a.bits, b.bits, c.bits), (64, 64, 0));
    }

    #[test]
    fn enough_makes_it_seeded_and_no_one_is_believed_more_than_they_give() {
        // The tests have neither a boot loader nor a generator.
        add(b"who knows", 0);
        assert!(!is_seeded());
        add(&[1; 31], 100_000);
        assert!(!is_seeded(), "31 bytes are 248 bits");
        add(&[2], 8);
        assert!(is_seeded());
        let mut bytes = [[0; 40]; 2];
        bytes.iter_mut().for_each(|bytes| fill(bytes));
        assert_ne!(bytes[0], bytes[1]);
    }
}
