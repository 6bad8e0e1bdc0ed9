// SPDX-License-Identifier: GPL-2.0-only
//! A clock: what it is made from, and what is known of it.

use super::consumer::Consumer;
use super::notify::Listener;
use super::{Caps, ClkOps, Duty, Flags, Result};
use crate::error::Cause;
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::fmt;
use core::sync::atomic::Ordering::{Acquire, Relaxed};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};

/// A number by which a provider knows its clock, also before it is registered; the address of what it keeps of it,
/// as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HwId(pub usize);

static NEXT: AtomicUsize = AtomicUsize::new(0);

impl HwId {
    /// A number for a provider that needs none itself: odd, so that it is nobody's address.
    pub fn unique() -> Self {
        HwId(NEXT.fetch_add(2, Relaxed) | 1)
    }

    /// Whether it is of [`unique`](Self::unique).
    pub fn is_unique(self) -> bool {
        self.0 & 1 != 0
    }
}

/// A parent named in the provider's own device tree node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Name in `clock-names`.
    pub name: Option<Box<str>>,
    /// Index in `clocks`, where there is no name.
    pub index: Option<u32>,
}

/// How a clock's parent is named; the first way that is given and leads to a clock counts, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParentRef {
    /// By the provider that has both.
    pub hw: Option<HwId>,
    /// By the provider's device tree node.
    pub local: Option<Local>,
    /// By its name in the whole machine.
    pub name: Option<Box<str>>,
}

impl ParentRef {
    /// By the parent's name.
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// By the provider's number for it.
    pub fn hw(id: HwId) -> Self {
        Self { hw: Some(id), ..Self::default() }
    }
}

/// What [`register`](super::register) makes a clock from.
pub struct ClkInit {
    /// Its name, unique in the machine.
    pub name: Box<str>,
    /// The parents that it may have, in the order of the hardware's indices; none for a root.
    pub parents: Vec<ParentRef>,
    /// How it is treated.
    pub flags: Flags,
    /// The provider's number for it.
    pub hw: HwId,
    /// The hardware.
    pub ops: Box<dyn ClkOps>,
}

/// What changes in the tree around a clock.
#[derive(Default)]
pub(super) struct Links {
    pub parent: Option<Arc<ClkNode>>,
    pub children: Vec<Arc<ClkNode>>,
    /// Parents found so far, by index.
    pub known: Vec<Option<Arc<ClkNode>>>,
    pub consumers: Vec<Arc<Consumer>>,
    pub listeners: Vec<Listener>,
    /// Limits set by the provider.
    pub min_rate: u64,
    pub max_rate: u64,
    pub phase: Option<u32>,
    pub duty: Option<Duty>,
}

/// A clock of the tree. Consumers use it by a [`Clk`](super::Clk).
pub struct ClkNode {
    /// Ends in a NUL that is not part of it.
    name: Box<str>,
    pub(super) hw: HwId,
    flags: Flags,
    caps: Caps,
    ops: Box<dyn ClkOps>,
    pub(super) parents: Vec<ParentRef>,
    pub(super) links: SpinLock<Links>,
    /// Cached rate; what the parent's settings and its own make of it.
    pub(super) rate: AtomicU64,
    /// What was asked for last.
    pub(super) requested: AtomicU64,
    pub(super) accuracy: AtomicU64,
    pub(super) prepared: AtomicU32,
    pub(super) enabled: AtomicU32,
    pub(super) protected: AtomicU32,
    pub(super) orphan: AtomicBool,
    pub(super) gone: AtomicBool,
}

impl ClkNode {
    pub(super) fn new(init: ClkInit) -> Self {
        let known = init.parents.iter().map(|_| None).collect();
        ClkNode {
            name: (String::from(init.name) + "\0").into(),
            hw: init.hw,
            flags: init.flags,
            caps: init.ops.caps(),
            ops: init.ops,
            parents: init.parents,
            links: SpinLock::new(Links { known, max_rate: u64::MAX, ..Links::default() }),
            rate: AtomicU64::new(0),
            requested: AtomicU64::new(0),
            accuracy: AtomicU64::new(0),
            prepared: AtomicU32::new(0),
            enabled: AtomicU32::new(0),
            protected: AtomicU32::new(0),
            orphan: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.strip_suffix('\0').unwrap_or(&self.name)
    }

    /// Its name for C code.
    pub fn c_name(&self) -> &CStr {
        CStr::from_bytes_until_nul(self.name.as_bytes()).unwrap_or_default()
    }

    /// The provider's number for it.
    pub fn hw(&self) -> HwId {
        self.hw
    }

    /// How it is treated.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    pub(super) fn can(&self, caps: Caps) -> bool {
        self.caps.contains(caps) && !self.is_gone()
    }

    /// Whether its provider has unregistered it. Context: any.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Acquire)
    }

    /// The hardware, unless the provider is gone.
    pub(super) fn ops(&self) -> Result<&dyn ClkOps> {
        if self.is_gone() { Err(Cause::Gone) } else { Ok(&*self.ops) }
    }

    /// Whether enabling has anything to do once the clock is prepared.
    pub fn switches_fast(&self) -> bool {
        self.can(Caps::ENABLE)
    }

    /// How many parents it may have.
    pub fn parent_count(&self) -> usize {
        self.parents.len()
    }

    /// Its parent; `None` for a root and an orphan. Context: any.
    pub fn parent(&self) -> Option<Arc<ClkNode>> {
        self.links.lock().parent.clone()
    }

    /// The clocks that have it as parent. Context: any that may allocate.
    pub fn children(&self) -> Vec<Arc<ClkNode>> {
        self.links.lock().children.clone()
    }

    /// The cached rate in hertz; 0 for an orphan. Context: any.
    pub fn rate(&self) -> u64 {
        if self.parents.is_empty() || self.links.lock().parent.is_some() {
            self.rate.load(Relaxed)
        } else {
            0
        }
    }

    /// How often it was prepared. Context: any.
    pub fn prepare_count(&self) -> u32 {
        self.prepared.load(Relaxed)
    }

    /// How often it was enabled. Context: any.
    pub fn enable_count(&self) -> u32 {
        self.enabled.load(Relaxed)
    }

    /// How many keep its rate from changing. Context: any.
    pub fn protect_count(&self) -> u32 {
        self.protected.load(Relaxed)
    }

    /// Whether it, or a clock above it, waits for its parent. Context: any.
    pub fn is_orphan(&self) -> bool {
        self.orphan.load(Relaxed)
    }

    pub(super) fn same(self: &Arc<Self>, other: Option<&Arc<ClkNode>>) -> bool {
        other.is_some_and(|other| Arc::ptr_eq(self, other))
    }
}

impl fmt::Debug for ClkNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
