// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts: handlers, chips, domains, those of the device tree (Linux: Documentation/core-api/genericirq.rst). All of
//! it sits on [`kernel::irq::virq`].

use crate::export::Export;

mod cchip;
mod control;
mod domain;
mod flow;
mod generic;
mod line;
mod of;
mod owned;
mod parent;
mod request;
mod syscore;
mod xlate;

#[cfg(test)]
mod generic_tests;
#[cfg(test)]
pub(crate) mod tests;

pub use control::set_chained_handler;
pub use domain::{c_domain, domain_of, make as instantiate, remove as remove_domain};
/// What domains of other families are made of.
pub(crate) mod in_domain {
    pub(crate) use super::domain::{alloc_parent, create_fwspec_mapping, free_common, set_info};
    #[cfg(test)]
    pub(crate) use super::parent::{eoi as eoi_parent, mask as mask_parent, unmask as unmask_parent};
}
pub use line::{attach, by_virq, data_of};
pub use of::of_irq_get;
pub(crate) use owned::{remove_domains, unchain_all};
pub(crate) use request::mask_of;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    control::EXPORTS,
    control::data::DATA,
    domain::EXPORTS,
    flow::EXPORTS,
    generic::EXPORTS,
    generic::data::DATA,
    of::EXPORTS,
    parent::EXPORTS,
    request::EXPORTS,
    syscore::EXPORTS,
    xlate::EXPORTS,
];

/// Makes the root controller's domain, starts soft work, and begins the controllers that drivers declare. The first
/// orphan, once, before initcalls.
pub fn init() {
    if let Err(error) = kernel::irq::virq::root::init() {
        log::error!("no interrupts for Linux drivers: {error}");
    }
    if let Err(error) = kernel::irq::virq::soft::init() {
        log::error!("no soft interrupts: {error}");
    }
    of::init_declared();
}
