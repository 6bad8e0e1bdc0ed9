// SPDX-License-Identifier: GPL-2.0-only
//! SHA-256 of data that comes piece by piece.

use crate::Result;
use crate::fs::Source;
use sha2::{Digest, Sha256};

/// Bytes of a piece at most.
const PIECE: usize = 128 << 10;

/// The SHA-256 of what `next` gives until it gives nothing.
///
/// # Errors
/// Those of `next`.
pub(crate) fn sha256(next: &mut Source<'_>) -> Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut piece = alloc::vec![0; PIECE];
    loop {
        match next(&mut piece)? {
            0 => return Ok(digest.finalize().into()),
            n => digest.update(piece.get(..n).unwrap_or_default()),
        }
    }
}
