// SPDX-License-Identifier: GPL-2.0-only
//! Virtual interrupt numbers: lines of any controller, requested by drivers that do not know which controller it is.
//!
//! A **line** ([`Desc`]) has a number ([`Virq`]) and one [`Level`] for each controller on its way to the CPU. A **domain**
//! ([`Domain`]) maps the numbers of one controller to lines; the GIC's is the root ([`root`]), on the flat table of
//! [`super`], which does not know of any of this: an interrupt that is no driver's costs nothing more than before. A
//! **chip** ([`Chip`]) masks, acknowledges and ends; a **flow handler** ([`flow`]) says in which order; **actions**
//! ([`request()`]) are the drivers' handlers, hard or in a thread.
//!
//! `soft` is for what follows a hard handler and is too long for it.

pub mod chip;
pub mod control;
pub mod desc;
pub mod domain;
pub mod flow;
pub mod report;
pub mod request;
pub mod root;
pub mod soft;
pub mod spec;
mod spurious;
#[cfg(test)]
mod tests;

pub use chip::{Chip, ChipFlags, Dummy, LineState, NoChip, Op, Sense};
pub use control::{
    disable, disable_nosync, enable, set_affinity, set_chained, set_type, set_wake, synchronize,
};
pub use desc::{Data, Desc, Foreign, Level, Mode, State, Virq};
pub use domain::{Domain, DomainOps, Info};
pub use flow::Flow;
pub use report::{Report, list};
pub use request::{Flags, Handler, Outcome, Request, release, request};
pub use spec::Spec;
