// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt controllers: the Arm GIC.

mod distributor;
pub mod gicv2;
pub mod gicv3;

use kernel::boot::IrqChipDriver;

/// Interrupt controllers that may be the machine's main one.
pub const IRQ_CHIPS: &[IrqChipDriver] = &[gicv2::DRIVER, gicv3::DRIVER];
