// SPDX-License-Identifier: GPL-2.0-only
//! Resets and power-offs that guests ask for, carried out by an orphan vCPU outside of their exit paths.

use super::{Guest, State};
use crate::device::PowerControl;
use crate::manager;
use alloc::sync::{Arc, Weak};
use core::sync::atomic::Ordering::SeqCst;
use kernel::sched::{self, Params};
use kernel::sync::{Completion, Once};

/// What a guest asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PowerEvent {
    /// To start afresh.
    Reset = 1,
    /// To stay off.
    Off = 2,
}

static RUNG: Completion = Completion::new();

/// Says that a guest has an event. Context: any.
pub(super) fn ring() {
    RUNG.complete();
}

/// Starts the orphan. Context: once, after boot.
pub(crate) fn start() -> kernel::error::Result<()> {
    // No more than a guest's priority: one that resets itself without end must not hold a CPU against the others.
    sched::spawn("guest-events", Params::default(), serve).map(|_| ())
}

fn serve() {
    loop {
        RUNG.wait();
        for guest in manager::list() {
            guest.carry_out();
        }
    }
}

impl Guest {
    fn carry_out(self: &Arc<Self>) {
        match self.event.swap(0, SeqCst) {
            event if event == PowerEvent::Reset as u8 => {
                if let Err(error) = self.reset() {
                    log::error!("guest {}: reset: {error}", self.name());
                }
            }
            event if event == PowerEvent::Off as u8 => self.switched_off(),
            _ => (),
        }
    }
}

/// [`PowerControl`] of a guest that is being made: emulators hold it, so it must not hold the guest.
#[derive(Default)]
pub(super) struct PowerSwitch {
    guest: Once<Weak<Guest>>,
}

impl PowerSwitch {
    pub(super) fn connect(&self, guest: &Arc<Guest>) {
        self.guest.call_once(|| Arc::downgrade(guest));
    }

    fn send(&self, event: PowerEvent, reason: &'static str) {
        if let Some(guest) = self.guest.get().and_then(Weak::upgrade)
            && guest.is(State::Running)
        {
            guest.power_event(event, reason);
        }
    }
}

impl PowerControl for PowerSwitch {
    fn request_reset(&self, reason: &'static str) {
        self.send(PowerEvent::Reset, reason);
    }

    fn request_poweroff(&self, reason: &'static str) {
        self.send(PowerEvent::Off, reason);
    }
}
