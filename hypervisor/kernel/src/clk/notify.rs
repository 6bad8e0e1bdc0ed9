// SPDX-License-Identifier: GPL-2.0-only
//! Telling those who depend on a clock's rate that it changes, and asking them whether it may.

use super::node::ClkNode;
use super::{Result, prepare_lock};
use crate::error::Cause;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What happens to a clock's rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is about to change; a listener may object.
    Before,
    /// It does not change after all: somebody objected.
    Abort,
    /// It has changed.
    After,
}

/// A change of a clock's rate, in hertz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateChange {
    /// What happens.
    pub event: Event,
    /// The rate before.
    pub old: u64,
    /// The rate afterwards.
    pub new: u64,
}

/// A listener's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Fine,
    /// Tell no further listeners; before a change: do not change.
    Stop,
}

/// Somebody who is told of changes of a clock's rate. Context: orphan vCPUs with the prepare lock held; may sleep.
pub trait RateNotifier: Send + Sync {
    /// The rate changes.
    fn notify(&self, change: &RateChange) -> Verdict;
}

/// A listener and the number by which it goes again.
pub(super) struct Listener {
    id: usize,
    priority: i32,
    notifier: Arc<dyn RateNotifier>,
}

impl ClkNode {
    /// Tells `notifier` of changes from now on; higher priorities are told first, equal ones in the order in which they
    /// came. `id` is the caller's number for it. Context: orphan vCPUs; may sleep.
    ///
    /// # Errors
    /// The clock has a listener of that number.
    pub fn listen(&self, id: usize, priority: i32, notifier: Arc<dyn RateNotifier>) -> Result<()> {
        let _guard = prepare_lock();
        let listeners = &mut self.links.lock().listeners;
        if listeners.iter().any(|l| l.id == id) {
            return Err(Cause::Exists);
        }
        let at = listeners.partition_point(|l| l.priority >= priority);
        listeners.insert(at, Listener { id, priority, notifier });
        Ok(())
    }

    /// Ends [`listen`](Self::listen); when this returns, the notifier is not called any more. Context: orphan vCPUs; may sleep.
    ///
    /// # Errors
    /// The clock has no listener of that number.
    pub fn unlisten(&self, id: usize) -> Result<()> {
        let _guard = prepare_lock();
        let listener = {
            let listeners = &mut self.links.lock().listeners;
            let at = listeners.iter().position(|l| l.id == id).ok_or(Cause::NotFound)?;
            listeners.remove(at)
        };
        drop(listener);
        Ok(())
    }

    /// Asks or tells all listeners, until one stops it. The prepare lock is held.
    pub(super) fn tell(&self, event: Event, old: u64, new: u64) -> Verdict {
        let listeners: Vec<_> = self.links.lock().listeners.iter().map(|l| Arc::clone(&l.notifier)).collect();
        let change = RateChange { event, old, new };
        match listeners.iter().all(|l| l.notify(&change) == Verdict::Fine) {
            true => Verdict::Fine,
            false => Verdict::Stop,
        }
    }
}
