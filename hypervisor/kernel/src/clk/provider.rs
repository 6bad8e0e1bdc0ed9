// SPDX-License-Identifier: GPL-2.0-only
//! Clocks by device tree: which node provides them, and what `clocks` and `assigned-clocks` of others ask for.
//!
//! Bindings: `clock/clock.yaml` of dt-schema.

use super::register::adopt;
use super::{Clk, ClkNode, Result, prepare_lock};
use crate::dt::{MAX_ARGS, Node, Specifier};
use crate::error::Cause;
use crate::sync::SpinLock;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;

/// Finds the clocks of a node of the device tree.
pub trait ClkProvider: Send + Sync {
    /// The clock that the cells of a specifier mean; `None` if there is none at that place on this machine.
    ///
    /// # Errors
    /// The cells mean nothing.
    fn clock(&self, args: &[u32]) -> Result<Option<Arc<ClkNode>>>;
}

/// A provider that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderId(u32);

struct Entry {
    id: ProviderId,
    phandle: u32,
    provider: Arc<dyn ClkProvider>,
}

static PROVIDERS: SpinLock<Vec<Entry>> = SpinLock::new(Vec::new());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// From now on the node with this phandle provides clocks; orphans that waited for it find their parents. Context:
/// orphan vCPUs; may sleep.
pub fn add_provider(phandle: u32, provider: Arc<dyn ClkProvider>) -> ProviderId {
    let id = ProviderId(NEXT.fetch_add(1, Relaxed));
    PROVIDERS.lock().push(Entry { id, phandle, provider });
    let _guard = prepare_lock();
    adopt();
    id
}

/// Ends [`add_provider`].
///
/// # Errors
/// It was removed before.
pub fn remove_provider(id: ProviderId) -> Result<()> {
    let mut providers = PROVIDERS.lock();
    let at = providers.iter().position(|p| p.id == id).ok_or(Cause::NotFound)?;
    let entry = providers.swap_remove(at);
    drop(providers);
    drop(entry);
    Ok(())
}

/// The clock that node `phandle` provides for these cells; `None` for a place that is empty on this machine.
///
/// # Errors
/// [`Cause::NotYet`] if nobody provides for the node, or the provider's.
pub fn look_up(phandle: u32, args: &[u32]) -> Result<Option<Arc<ClkNode>>> {
    let providers: Vec<_> = {
        let all = PROVIDERS.lock();
        all.iter().filter(|p| p.phandle == phandle).map(|p| Arc::clone(&p.provider)).collect()
    };
    let mut result = Err(Cause::NotYet);
    for provider in providers {
        result = provider.clock(args);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// [`look_up`], and there is one.
///
/// # Errors
/// As [`look_up`]; [`Cause::NotFound`] for an empty place.
pub fn from_specifier(phandle: u32, args: &[u32]) -> Result<Arc<ClkNode>> {
    look_up(phandle, args)?.ok_or(Cause::NotFound)
}

fn resolve(specifier: &Specifier<'_>) -> Result<Arc<ClkNode>> {
    if !specifier.provider.available() {
        return Err(Cause::NotFound);
    }
    let mut args = [0; MAX_ARGS];
    let count = specifier.args().zip(&mut args).map(|(arg, slot)| *slot = arg).count();
    from_specifier(specifier.phandle(), args.get(..count).unwrap_or(&[]))
}

/// A handle to the clock that `node` calls `name` in `clock-names`, or to its first without a name.
///
/// # Errors
/// [`Cause::NotYet`] if the provider has not registered, [`Cause::NotFound`] if the node has no such clock.
pub fn get(node: &Node<'_>, name: Option<&str>) -> Result<Clk> {
    let index = match name {
        Some(name) => node.name_index("clock-names", name).ok_or(Cause::NotFound)?,
        None => 0,
    };
    let specifier = node.specifier("clocks", "#clock-cells", index).ok().flatten().ok_or(Cause::NotFound)?;
    let clk = resolve(&specifier)?;
    Ok(Clk::new(&clk, &format!("{}:{}", node.name(), name.unwrap_or("0"))))
}

/// Sets parents and rates as `assigned-clocks` and its companions in `node` ask. With `by_provider`, also of clocks
/// that the node itself provides: they are left out when its driver has yet to start. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// [`Cause::NotYet`] if a provider has not registered. What cannot be set otherwise is logged.
pub fn set_defaults(node: &Node<'_>, by_provider: bool) -> Result<()> {
    let cells = |list: &'static str| node.property(list).map_or(0, |v| v.len() / 4);
    let handle = |list: &'static str, index| -> Result<Option<Clk>> {
        let Ok(Some(specifier)) = node.specifier(list, "#clock-cells", index) else { return Ok(None) };
        if !by_provider && specifier.phandle() == node.phandle() {
            return Ok(None);
        }
        Ok(Some(Clk::new(&resolve(&specifier)?, node.name())))
    };
    let report = |clk: &Clk, what: &str, result: Result<()>| {
        if let Err(cause) = result {
            log::error!("{node}: assigned-clocks: {what} of {}: {cause}", clk.name());
        }
    };
    for index in 0..cells("assigned-clock-parents") {
        let (Some(parent), Some(clk)) =
            (handle("assigned-clock-parents", index)?, handle("assigned-clocks", index)?)
        else {
            continue;
        };
        report(&clk, "parent", clk.set_parent(Some(parent.node())));
    }
    for (index, rate) in rates(node).enumerate().filter(|(_, rate)| *rate != 0) {
        if let Some(clk) = handle("assigned-clocks", index)? {
            report(&clk, "rate", clk.set_rate(rate));
        }
    }
    Ok(())
}

/// `assigned-clock-rates-u64`, else `assigned-clock-rates`.
fn rates<'a>(node: &Node<'a>) -> impl Iterator<Item = u64> + use<'a> {
    let long = node.property("assigned-clock-rates-u64").unwrap_or(&[]);
    let short = if long.is_empty() { node.property("assigned-clock-rates").unwrap_or(&[]) } else { &[] };
    let long = long.as_chunks().0.iter().map(|c| u64::from_be_bytes(*c));
    long.chain(short.as_chunks().0.iter().map(|c| u32::from_be_bytes(*c).into()))
}
