// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the scheduler, on fake CPUs that run its real code.

mod blocking;
mod guests;
mod moves;
mod policies;
