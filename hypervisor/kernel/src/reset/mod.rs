// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines: controllers that have them, and the devices at their ends.
//!
//! A line is either one consumer's own or shared. A shared line is deasserted as long as one of its consumers wants it
//! so, or it is pulsed once for all of them; the two ways do not mix. A controller's functions are called without any
//! lock, from whatever context its consumers are in; whether they may sleep is between the two.

mod control;
#[cfg(test)]
mod tests;

pub use control::{Mode, Reset};

use crate::dt::{MAX_ARGS, Node};
use crate::error::Cause;
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use control::Line;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

bitflags! {
    /// Which functions of [`ResetOps`] a controller has.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Caps: u32 {
        /// [`ResetOps::reset`].
        const RESET = 1 << 0;
        /// [`ResetOps::assert`].
        const ASSERT = 1 << 1;
        /// [`ResetOps::deassert`]; without it, lines deassert themselves.
        const DEASSERT = 1 << 2;
        /// [`ResetOps::status`].
        const STATUS = 1 << 3;
    }
}

/// What a controller implements: access to the hardware, no book-keeping. A function whose bit is missing in
/// [`caps`](Self::caps) is not called. Context: that of the consumers.
#[expect(unused_variables, reason = "names of parameters document the defaults")]
pub trait ResetOps: Send + Sync {
    /// Which of the functions below do something. Must not change.
    fn caps(&self) -> Caps;

    /// Asserts a line, waits as long as the device needs, and deasserts it.
    ///
    /// # Errors
    /// The line is as it was.
    fn reset(&self, line: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Puts the device into reset.
    ///
    /// # Errors
    /// The line is as it was.
    fn assert(&self, line: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Takes the device out of reset.
    ///
    /// # Errors
    /// The line is as it was.
    fn deassert(&self, line: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Whether the device is in reset.
    ///
    /// # Errors
    /// It cannot be known.
    fn status(&self, line: u32) -> Result<bool> {
        Err(Cause::Unsupported)
    }

    /// The line that the cells of a specifier mean: by default the one of that number.
    ///
    /// # Errors
    /// The cells mean nothing.
    fn translate(&self, lines: u32, args: &[u32]) -> Result<u32> {
        match args {
            [line] if *line < lines => Ok(*line),
            _ => Err(Cause::Invalid),
        }
    }
}

/// A controller of reset lines.
pub struct Controller {
    name: Box<str>,
    phandle: u32,
    lines: u32,
    ops: Box<dyn ResetOps>,
    used: SpinLock<Vec<Arc<Line>>>,
    gone: AtomicBool,
}

static CONTROLLERS: SpinLock<Vec<Arc<Controller>>> = SpinLock::new(Vec::new());

impl Controller {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hardware, unless the controller is gone.
    fn ops(&self) -> Result<&dyn ResetOps> {
        if self.gone.load(Acquire) { Err(Cause::Gone) } else { Ok(&*self.ops) }
    }

    fn can(&self, caps: Caps) -> bool {
        self.ops.caps().contains(caps)
    }

    /// The line that the cells of a specifier mean.
    ///
    /// # Errors
    /// None, or the controller is gone.
    pub fn translate(&self, args: &[u32]) -> Result<u32> {
        self.ops()?.translate(self.lines, args)
    }
}

/// Takes a controller of `lines` lines into the registry; `phandle` is its node's in the device tree, 0 for none.
/// Context: may allocate.
pub fn register(name: &str, phandle: u32, lines: u32, ops: Box<dyn ResetOps>) -> Arc<Controller> {
    let used = SpinLock::new(Vec::new());
    let gone = AtomicBool::new(false);
    let controller = Arc::new(Controller { name: name.into(), phandle, lines, ops, used, gone });
    CONTROLLERS.lock().push(Arc::clone(&controller));
    controller
}

/// Ends [`register`]; what consumers ask of the controller's lines from now on fails with [`Cause::Gone`].
pub fn unregister(controller: &Arc<Controller>) {
    controller.gone.store(true, Release);
    let mut controllers = CONTROLLERS.lock();
    let at = controllers.iter().position(|c| Arc::ptr_eq(c, controller));
    let removed = at.map(|at| controllers.swap_remove(at));
    drop(controllers);
    drop(removed);
}

/// The controller whose node has this phandle.
///
/// # Errors
/// [`Cause::NotYet`]: it has not registered.
pub fn by_phandle(phandle: u32) -> Result<Arc<Controller>> {
    let controllers = CONTROLLERS.lock();
    controllers.iter().find(|c| c.phandle == phandle && phandle != 0).cloned().ok_or(Cause::NotYet)
}

/// The controller of that name.
///
/// # Errors
/// [`Cause::NotYet`]: it has not registered.
pub fn by_name(name: &str) -> Result<Arc<Controller>> {
    CONTROLLERS.lock().iter().find(|c| *c.name == *name).cloned().ok_or(Cause::NotYet)
}

/// A handle to the line that `node` calls `name` in `reset-names`, or to its first without a name. Context: may allocate.
///
/// # Errors
/// [`Cause::NotFound`] if the node has no such line, [`Cause::NotYet`] if the controller has not registered, and those
/// of [`Reset::new`].
pub fn get(node: &Node<'_>, name: Option<&str>, mode: Mode) -> Result<Reset> {
    let index = match name {
        Some(name) => node.name_index("reset-names", name).ok_or(Cause::NotFound)?,
        None => 0,
    };
    let specifier = node.specifier("resets", "#reset-cells", index).ok().flatten().ok_or(Cause::NotFound)?;
    let controller = by_phandle(specifier.phandle())?;
    let mut args = [0; MAX_ARGS];
    let count = specifier.args().zip(&mut args).map(|(arg, slot)| *slot = arg).count();
    let line = controller.translate(args.get(..count).unwrap_or(&[]))?;
    Reset::new(&controller, line, mode, &format!("{}:{}", node.name(), name.unwrap_or("0")))
}

/// A line in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The controller's name.
    pub controller: String,
    /// Its number there.
    pub line: u32,
    /// Whether the device is in reset, where that can be known.
    pub asserted: Option<bool>,
    /// How the line is used.
    pub mode: Mode,
    /// How many consumers want it deasserted, of a shared line.
    pub deasserts: u32,
    /// Who uses it.
    pub users: Vec<String>,
}

/// All lines that somebody has a handle to, by controller and number. Context: orphan vCPUs; may allocate.
pub fn list() -> Vec<Report> {
    let controllers = CONTROLLERS.lock().clone();
    let mut list = Vec::new();
    for controller in &controllers {
        let mut used = controller.used.lock().clone();
        crate::sort::by(&mut used, |a, b| a.id < b.id);
        list.extend(used.iter().map(|line| Report {
            controller: controller.name().into(),
            line: line.id,
            asserted: controller.ops().and_then(|ops| ops.status(line.id)).ok(),
            mode: line.mode,
            deasserts: line.deasserts.load(Relaxed),
            users: line.users.lock().iter().map(|u| u.as_ref().into()).collect(),
        }));
    }
    list
}
