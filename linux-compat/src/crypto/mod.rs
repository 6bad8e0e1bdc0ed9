// SPDX-License-Identifier: GPL-2.0-only
//! Ciphers, hashes and random numbers of drivers (Linux: Documentation/crypto). The registry is `io::crypto`; this is its
//! border to C.
//!
//! * `alg`: registering algorithms. * `tfm`: an algorithm with a key, for one user. * `hash`: the steps of a hash.
//! * `engine`: a device is given one request after the other. * `queue`: requests in C's own lists.
//! * `user`: Rust code as a user of a driver's algorithm. * `copy`: scatterlists, and the small rest.
//!
//! There are no ciphers in software: a driver that hands requests it cannot do to one (`needs_fallback` of the registry)
//! gets `-ENOENT` for that, so it is listed, and its algorithms that ask for one at their start cannot be used.

mod alg;
mod copy;
mod engine;
mod hash;
mod queue;
#[cfg(test)]
mod tests;
mod tfm;
mod user;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[alg::EXPORTS, tfm::EXPORTS, hash::EXPORTS, queue::EXPORTS, engine::EXPORTS, copy::EXPORTS, copy::DATA];
