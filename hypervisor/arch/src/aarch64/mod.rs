// SPDX-License-Identifier: GPL-2.0-only
//! The machine itself.

pub mod cache;
pub mod context;
pub mod counter;
pub mod cpu;
mod entry;
pub mod gicv3;
pub mod guest;
pub mod irq;
pub mod landing;
pub mod mmu;
pub mod smccc;
pub mod tlb;
pub mod vectors;
