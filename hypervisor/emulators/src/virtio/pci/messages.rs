// SPDX-License-Identifier: GPL-2.0-only
//! MSI-X: interrupts as messages, each with a vector. A function has two vectors. Which queue has an answer is not told: each
//! vector that any queue has is signalled, as drivers with fewer vectors than queues expect.

use super::frame::{self, Frame};
use crate::sync::Lock;
use crate::virtio::device::{CONFIGURATION, USED_BUFFER};
use alloc::string::String;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{Acquire, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};

/// Vectors of a function.
pub(super) const VECTORS: usize = 2;
/// What stands for none.
const NONE: u16 = 0xffff;
/// What stands for changes of the configuration among queues, of which there are fewer.
pub(super) const CHANGES: u32 = 63;
/// Words of an entry: address, data, and control with the mask bit.
const WORDS: usize = 4;
const LOW: usize = 0;
const HIGH: usize = 1;
const CONTROL: usize = 3;
const MASKED: u32 = 1;

#[derive(Default)]
struct Vector {
    words: [u32; WORDS],
    /// Who has it, by bits.
    users: u64,
    /// Who takes messages at that address.
    frame: Option<Arc<Frame>>,
}

#[derive(Default)]
struct State {
    /// All vectors are masked.
    masked: bool,
    vectors: [Vector; VECTORS],
    /// Vectors that wait, by bits.
    pending: u32,
}

/// The messages of a function.
pub(super) struct Messages {
    guest: String,
    enabled: AtomicBool,
    /// [`State::answer`] while messages are enabled; 0 for none.
    answer: AtomicU32,
    state: Lock<State>,
}

impl State {
    /// Sends what waits and is not masked.
    fn send(&mut self) {
        for (n, vector) in self.vectors.iter().enumerate() {
            let bit = 1 << n;
            let [.., data, control] = vector.words;
            if self.pending & bit != 0 && !self.masked && control & MASKED == 0 {
                self.pending &= !bit;
                vector.frame.iter().for_each(|frame| frame.message(data));
            }
        }
    }
}

impl State {
    /// The interrupt that an answer in any queue is, if that is all there is to do for one: one vector has queues, and it is open.
    fn answer(&self) -> Option<u32> {
        let mut with_queues = self.vectors.iter().filter(|vector| vector.users & !(1 << CHANGES) != 0);
        let (Some(only), None) = (with_queues.next(), with_queues.next()) else { return None };
        let [.., data, control] = only.words;
        let open = !self.masked && control & MASKED == 0;
        only.frame.as_ref().filter(|_| open)?.interrupt(data)
    }
}

impl Messages {
    /// Messages of a function of this guest, after power-on.
    pub(super) fn new(guest: String) -> Self {
        let (enabled, answer) = (AtomicBool::new(false), AtomicU32::new(0));
        let messages = Self { guest, enabled, answer, state: Lock::default() };
        messages.reset();
        messages
    }

    /// The state after power-on.
    pub(super) fn reset(&self) {
        self.enabled.store(false, Release);
        self.change(|state| {
            *state = State::default();
            state.vectors.iter_mut().for_each(|vector| vector.words = [0, 0, 0, MASKED]);
        });
    }

    /// Changes the state, and sends what may be sent after that.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let result = change(&mut state);
        let enabled = self.enabled();
        self.answer.store(state.answer().filter(|_| enabled).unwrap_or(0), Release);
        if enabled {
            state.send();
        }
        result
    }

    /// Whether they stand in for the pin.
    #[inline]
    pub(super) fn enabled(&self) -> bool {
        self.enabled.load(Acquire)
    }

    /// What the driver says in the capability.
    pub(super) fn control(&self, enabled: bool, masked: bool) {
        self.enabled.store(enabled, Release);
        self.change(|state| state.masked = masked);
    }

    /// The interrupt that an answer in a queue is, if no more has to be known for it; 0 if it takes [`raise`](Self::raise). A message
    /// that is on its way while the driver masks its vector may still come. Context: any.
    #[inline(always)]
    pub(super) fn answer(&self) -> u32 {
        self.answer.load(Acquire)
    }

    /// Signals causes of the interrupt. Context: any.
    #[inline(never)]
    pub(super) fn raise(&self, causes: u32) {
        let mut users = 0;
        if causes & USED_BUFFER != 0 {
            users |= !(1 << CHANGES);
        }
        if causes & CONFIGURATION != 0 {
            users |= 1 << CHANGES;
        }
        let mut state = self.state.lock();
        let State { vectors, pending, .. } = &mut *state;
        for (n, vector) in vectors.iter().enumerate() {
            *pending |= u32::from(vector.users & users != 0) << n;
        }
        state.send();
    }

    /// The device has been reset.
    pub(super) fn forget(&self) {
        self.change(|state| {
            state.pending = 0;
            state.vectors.iter_mut().for_each(|vector| vector.users = 0);
        });
    }

    /// The vector of a queue, or of [`CHANGES`].
    pub(super) fn vector(&self, user: u32) -> u16 {
        let bit = 1u64.checked_shl(user).unwrap_or(0);
        let place = self.state.lock().vectors.iter().position(|vector| vector.users & bit != 0);
        place.map_or(NONE, |vector| vector as u16)
    }

    /// The driver chooses it. One that there is not is none.
    pub(super) fn set_vector(&self, user: u32, vector: u64) {
        let bit = 1u64.checked_shl(user).unwrap_or(0);
        self.change(|state| {
            for (n, known) in state.vectors.iter_mut().enumerate() {
                known.users &= !bit;
                if n as u64 == vector {
                    known.users |= bit;
                }
            }
        });
    }

    /// Four bytes of the table.
    pub(super) fn word(&self, at: u64) -> u32 {
        let (n, word) = (at as usize / 16, at as usize % 16 / 4);
        let state = self.state.lock();
        state.vectors.get(n).and_then(|vector| vector.words.get(word)).copied().unwrap_or(0)
    }

    /// Writes four bytes of the table. Says whether they are there.
    pub(super) fn set_word(&self, at: u64, value: u32) -> bool {
        let (n, word) = (at as usize / 16, at as usize % 16 / 4);
        self.change(|state| {
            let Some(vector) = state.vectors.get_mut(n) else {
                return false;
            };
            let value = if word == CONTROL { value & MASKED } else { value };
            vector.words.get_mut(word).into_iter().for_each(|place| *place = value);
            if word == LOW || word == HIGH {
                let [low, high, ..] = vector.words;
                vector.frame = frame::find(&self.guest, u64::from(low) | u64::from(high) << 32);
            }
            true
        })
    }

    /// Vectors that wait, by bits.
    pub(super) fn pending(&self) -> u32 {
        self.state.lock().pending
    }
}
