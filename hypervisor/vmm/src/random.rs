// SPDX-License-Identifier: GPL-2.0-only
//! Random bytes for guests' `/chosen/rng-seed`: ChaCha, keyed from the seed that the boot loader gave and the counter.

use kernel::sync::{Once, SpinLock};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

static GENERATOR: Once<SpinLock<ChaCha20Rng>> = Once::new();

/// A key from `/chosen/rng-seed` of the host's tree, if it has one, and the counter.
fn key() -> [u8; 32] {
    let mut key = [0u8; 32];
    let chosen = kernel::dt::tree().and_then(|tree| kernel::dt::find_path(tree, "/chosen"));
    let seed = chosen.and_then(|node| node.property("rng-seed")).unwrap_or(&[]);
    for (place, byte) in (0..32).cycle().zip(seed) {
        if let Some(k) = key.get_mut(place) {
            *k ^= byte;
        }
    }
    let counter = arch::counter::now().to_le_bytes();
    for (k, byte) in key.iter_mut().zip(counter) {
        *k ^= byte;
    }
    key
}

/// Fills `bytes`. Context: any. As good as the boot loader's seed: without one, only different at each start.
pub fn fill(bytes: &mut [u8]) {
    GENERATOR.call_once(|| SpinLock::new(ChaCha20Rng::from_seed(key()))).lock().fill_bytes(bytes);
}
