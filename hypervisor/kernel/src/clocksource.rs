// SPDX-License-Identifier: GPL-2.0-only
//! Counters and timers of the board besides the CPUs' own. The hypervisor and its guests run by the CPUs'; these are
//! there for whoever wants a second opinion, or a timer that goes on while CPUs sleep.

use crate::error::{Error, Result};
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A counter that goes up steadily.
pub trait Counter: Send + Sync {
    /// Its value; only the bits of the mask count. Context: any.
    fn read(&self) -> u64;
    /// Ticks of a second; 0 if nobody knows.
    fn frequency(&self) -> u64;
    /// The bits that it has.
    fn mask(&self) -> u64;
}

/// A timer that can interrupt once.
pub trait EventTimer: Send + Sync {
    /// The least and the most nanoseconds that it can be set to.
    fn range_ns(&self) -> (u64, u64);
    /// Sets it to `ns` from now, waits for its interrupt, and gives how long that took by the CPU's counter. Context:
    /// sleeps.
    ///
    /// # Errors
    /// It cannot be set so, or no interrupt came in twice the time and a second.
    fn once(&self, ns: u64) -> Result<u64>;
}

/// What a board's timer is.
pub enum Kind {
    /// It counts.
    Counter(Box<dyn Counter>),
    /// It interrupts.
    Event(Box<dyn EventTimer>),
}

/// A registered one.
pub struct Source {
    /// Its name.
    pub name: String,
    /// How good it is: the CPU's own counter has 400.
    pub rating: i32,
    /// What it does.
    pub kind: Kind,
}

/// Best first.
static ALL: SpinLock<Vec<Arc<Source>>> = SpinLock::new(Vec::new());

/// Registers one; among equals the first stays first. Context: may allocate.
pub fn register(source: Source) -> Arc<Source> {
    let made = Arc::new(source);
    let mut all = ALL.lock();
    let at = all.iter().position(|s| s.rating < made.rating).unwrap_or(all.len());
    all.insert(at, made.clone());
    made
}

/// Takes one away. Context: may allocate.
pub fn unregister(source: &Arc<Source>) {
    ALL.lock().retain(|s| !Arc::ptr_eq(s, source));
}

/// All of them, best first. Context: may allocate.
pub fn list() -> Vec<Arc<Source>> {
    ALL.lock().clone()
}

/// The one of that name.
///
/// # Errors
/// There is none.
pub fn named(name: &str) -> Result<Arc<Source>> {
    let found = ALL.lock().iter().find(|s| s.name == name).cloned();
    found.ok_or_else(|| Error::NotFound { what: "timer", name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Counter for Fixed {
        fn read(&self) -> u64 {
            7
        }
        fn frequency(&self) -> u64 {
            1000
        }
        fn mask(&self) -> u64 {
            0xff
        }
    }

    #[test]
    fn the_best_comes_first() {
        let make = |name: &str, rating| {
            register(Source { name: name.into(), rating, kind: Kind::Counter(Box::new(Fixed)) })
        };
        let made = [make("slow", 100), make("good", 300), make("as slow", 100)];
        let names: Vec<_> = list().iter().map(|s| s.name.clone()).collect();
        assert_eq!(names, ["good", "slow", "as slow"]);
        assert!(matches!(&named("good").unwrap().kind, Kind::Counter(c) if c.read() == 7));
        made.iter().for_each(unregister);
        assert!(named("good").is_err() && list().is_empty());
    }
}
