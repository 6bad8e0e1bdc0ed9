// SPDX-License-Identifier: GPL-2.0-only
//! A stand-in for the machine, with the surface of the real one, for host tests.
//!
//! Each host thread is a CPU of its own, whose state (interrupt mask, counter, identity, pending interrupt) tests set
//! through [`this_cpu`]. [`context::switch`] hands a CPU from thread to thread, so that the scheduler's real code
//! runs; an interrupt is taken where the mask opens and nowhere else, which makes runs repeatable.

pub mod context;
pub mod counter;
pub mod cpu;
mod firmware;
pub mod guest;
pub mod irq;
pub mod landing;
mod state;

pub use firmware::{cache, gicv3, mmu, smccc, tlb, vectors};
pub use state::{Cpu, this_cpu};
