// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts that nobody wants: a line whose handlers deny nearly all of them is closed for good, and that is reported.

use super::desc::{Desc, Guard, State};
use super::flow;
use super::request::Outcome;
use crate::time;
use core::sync::atomic::Ordering::Relaxed;

/// After so many interrupts ...
const WINDOW: u32 = 100_000;
/// ... of which so many were denied, the line is closed.
const LIMIT: u32 = 99_900;
/// Denials further apart than this are not counted together.
const AGE_NS: u64 = 100 * time::NS_PER_MS;

/// The count of a line.
pub(super) struct Watch {
    seen: u32,
    denied: u32,
    last_ns: u64,
    /// It was closed.
    pub(super) closed: bool,
}

impl Watch {
    pub(super) const fn new() -> Self {
        Watch { seen: 0, denied: 0, last_ns: 0, closed: false }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Counts; says whether the line has to be closed.
    fn count(&mut self, handled: bool, now_ns: u64) -> bool {
        if !handled {
            let near = now_ns.saturating_sub(self.last_ns) <= AGE_NS;
            self.denied = if near { self.denied + 1 } else { 1 };
            self.last_ns = now_ns;
        }
        self.seen += 1;
        if self.seen < WINDOW {
            return false;
        }
        let close = self.denied > LIMIT;
        (self.seen, self.denied) = (0, 0);
        close
    }
}

/// Notes what the handlers said. The line's lock is held.
pub(super) fn note(desc: &Desc, inner: &mut Guard<'_>, outcome: Outcome) {
    let handled = outcome != Outcome::None;
    if !handled {
        desc.unhandled.store(desc.unhandled.load(Relaxed) + 1, Relaxed);
    }
    let now_ns = if handled { 0 } else { time::now_ns() };
    if inner.watch.count(handled, now_ns) {
        inner.watch.closed = true;
        inner.depth += 1;
        desc.change_state(State::empty(), State::DISABLED);
        flow::mask(desc);
        log::error!("interrupt {}: its handlers do not want it; it is closed", desc.virq());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_that_nobody_wants_closes_the_line_and_a_shared_one_does_not() {
        let mut watch = Watch::new();
        let storm = (0..WINDOW).filter(|&n| watch.count(false, u64::from(n))).count();
        assert_eq!(storm, 1);
        let mut watch = Watch::new();
        assert_eq!((0..WINDOW).filter(|&n| watch.count(n % 2 == 0, u64::from(n))).count(), 0);
        // Now and then is no storm.
        let mut watch = Watch::new();
        assert_eq!((0..WINDOW).filter(|&n| watch.count(false, u64::from(n) * 2 * AGE_NS)).count(), 0);
    }
}
